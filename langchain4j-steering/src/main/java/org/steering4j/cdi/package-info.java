/**
 * Steered chat models in Jakarta CDI 4: with this artifact on the class path and a line of configuration, {@code @Inject ChatModel} works.
 *
 * <p>{@link org.steering4j.cdi.SteeringExtension} reads the configuration when the application is deployed and refuses what it cannot
 * honour; whether all files that it names are there and fit is checked when the application starts. Injectable are then LangChain4j's {@code ChatModel} and {@code StreamingChatModel}, either plain or as one persona
 * ({@link org.steering4j.cdi.Persona @Persona("cautious")}), {@code SteeredModel}, {@code SteeringVectors}, {@code Personas}, and
 * {@link org.steering4j.cdi.ConversationPersona}. They share one model, which is opened when it is first used and closed with the application.
 *
 * <p>Settings come from MicroProfile Config where that is present, else from system properties and environment variables, a name like
 * {@code steering.model-path} in the latter written {@code STEERING_MODEL_PATH}:
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><td>{@code steering.model-path}</td><td>a model folder; unless set, the embedded model</td></tr>
 * <tr><td>{@code steering.model-name}</td><td>instead of a path: a model of the Hugging Face hub, such as {@code Qwen/Qwen2.5-0.5B-Instruct} or
 *     {@code owner/name@revision}; when the application starts it is downloaded into the Hugging Face cache folder, unless it is there</td></tr>
 * <tr><td>{@code steering.offline}</td><td>{@code true}: the model of that name must be there, the network is left alone</td></tr>
 * <tr><td>{@code steering.adapter}</td><td>a folder with a LoRA adapter, which is merged into the model</td></tr>
 * <tr><td>{@code steering.precision}</td><td>{@code float32}, {@code bfloat16}, {@code float16}, {@code int8} or {@code int4}; unless set, the faster
 *     one of the first two</td></tr>
 * <tr><td>{@code steering.context-length}</td><td>an integer: the longest conversation in tokens, where that is not the model's own, as
 *     {@code LanguageModel}'s builder has it</td></tr>
 * <tr><td>{@code steering.maximum-rows}, {@code maximum-waiting}, {@code cache-bytes}</td><td>integers: answers at the same time, requests that
 *     wait, bytes for keys and values of earlier requests, as {@code LanguageModel}'s builder has them</td></tr>
 * <tr><td>{@code steering.vectors-path}</td><td>a folder of vector files; unless set, there are no vectors</td></tr>
 * <tr><td>{@code steering.default-steering}</td><td>such as {@code truthfulness:1.0,refusal:0.8}</td></tr>
 * <tr><td>{@code steering.default-persona}</td><td>instead of a default steering</td></tr>
 * <tr><td>{@code steering.personas.NAME}</td><td>such as {@code power-seeking:-1.5}, or {@code none}</td></tr>
 * <tr><td>{@code steering.personas.NAME.system-message}</td><td>a text</td></tr>
 * <tr><td>{@code steering.timeout}</td><td>how long an answer may take, such as {@code PT30S}; unless set, as long as it will</td></tr>
 * <tr><td>{@code steering.temperature}, {@code top-p}, {@code top-k}, {@code min-p}, {@code frequency-penalty}, {@code presence-penalty},
 *     {@code repetition-penalty}, {@code seed}, {@code max-output-tokens}</td><td>numbers, as in the chat model's builder</td></tr>
 * <tr><td>{@code steering.stop-sequences}</td><td>texts with commas between</td></tr>
 * <tr><td>{@code steering.cache-partition}</td><td>a text: requests find only what requests of the same partition left in the cache; unless set, all share
 *     one</td></tr>
 * <tr><td>{@code steering.share-system-message}</td><td>{@code true}: the leading system message is kept once for all partitions</td></tr>
 * <tr><td>{@code steering.speculation}, {@code think}, {@code return-thinking}, {@code send-thinking}</td><td>{@code true} or {@code false},
 *     as in the chat model's builder</td></tr>
 * <tr><td>{@code steering.enabled}</td><td>{@code false} leaves everything here out</td></tr>
 * </table>
 *
 * <p>It meets the front door and, to check what is set, all that lies behind it; nobody meets it. The CDI and MicroProfile APIs are not among this artifact's
 * dependencies: without CDI, nothing here is ever loaded.
 */
package org.steering4j.cdi;
