/**
 * Gets models by name: from the Hugging Face cache folder, or from the hub into it.
 *
 * <p>{@link org.steering4j.hub.ModelHub} turns a {@link org.steering4j.hub.ModelName} into a model folder. The cache folder is shared with
 * Python's {@code huggingface_hub}: what the one has downloaded, the other opens. Its layout, for {@code Qwen/Qwen2.5-0.5B-Instruct}:
 *
 * <pre>
 *   models--Qwen--Qwen2.5-0.5B-Instruct/
 *     refs/main                              the commit that the branch stood at
 *     snapshots/COMMIT/model.safetensors     a symbolic link: ../../blobs/CHECKSUM
 *     blobs/CHECKSUM                         the bytes, under their SHA-256 or, of small files, git's SHA-1
 *     .no_exist/COMMIT/chat_template.jinja   empty: the commit has no such file
 *   .locks/                                  who downloads
 * </pre>
 *
 * <p>Nothing that comes from the network is believed. Only files of known names are asked for, JSON, templates and safetensors, never a pickle,
 * which could run code; a name that comes with it, of a shard, is never more than a file's name; and bytes get their place in the cache only when their checksum is right. The
 * token goes to the hub and to no other host.
 *
 * <p>It knows files and HTTP. It knows no weights, no tokens and no engine; of {@code checkpoint} it knows how a folder's JSON is read.
 */
package org.steering4j.hub;
