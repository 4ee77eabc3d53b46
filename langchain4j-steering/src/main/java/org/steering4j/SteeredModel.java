package org.steering4j;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.steering4j.checkpoint.ModelFolder;
import org.steering4j.constraint.AnswerConstraint;
import org.steering4j.constraint.Vocabulary;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.ModelClosedException;
import org.steering4j.engine.Precision;
import org.steering4j.engine.TokenGenerator;
import org.steering4j.hub.ModelHub;
import org.steering4j.hub.ModelName;
import org.steering4j.prompt.PromptRenderer;
import org.steering4j.prompt.ToolCallFormat;
import org.steering4j.vector.ModelShape;

/**
 * An open model folder: the engine, the tokenizer, the chat template and the model's own generation settings. It is what chat models share:
 * open it once, build any number of them on it, and close it when none is needed any more. It knows no vectors.
 *
 * <p>Thread-safe. Its weights lie in native memory until {@link #close}; chats that run then end with
 * {@link ModelClosedException}.
 */
public final class SteeredModel implements AutoCloseable {

    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final long IDLE_THREAD_SECONDS = 10;
    private final TokenGenerator generator;
    private final PromptRenderer prompts;
    private final ModelShape shape;
    private final GenerationDefaults generationDefaults;
    private final Runnable afterClose;
    /** Streams answers; a thread for each that runs. */
    private final ExecutorService executor = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            SteeredModel::newThread);

    private volatile boolean closed;
    /** Not that of this, which closing takes: the vocabulary of a large model takes a while. */
    private final Object vocabularyLock = new Object();

    private Vocabulary vocabulary;
    private final RecentForms forms = new RecentForms(this::make);

    SteeredModel(
            TokenGenerator generator,
            PromptRenderer prompts,
            ModelShape shape,
            GenerationDefaults generationDefaults,
            Runnable afterClose) {
        this.generator = generator;
        this.prompts = prompts;
        this.shape = shape;
        this.generationDefaults = generationDefaults;
        this.afterClose = afterClose;
    }

    /**
     * Opens a folder as Hugging Face lays it out, with {@code config.json}, {@code model.safetensors} (or its shards),
     * {@code tokenizer.json} and {@code tokenizer_config.json}, in the precision that is faster on this machine. Of a model's folder in the
     * Hugging Face cache, {@code models--OWNER--NAME}, it opens the snapshot that the branch main stood at, else the only one.
     *
     * @throws org.steering4j.checkpoint.ModelFolderException if a file is missing or damaged, or the architecture is not supported
     * @throws org.steering4j.engine.EngineException if libtorch's native library cannot be loaded
     */
    public static SteeredModel open(Path folder) {
        return open(folder, engine -> {}, () -> {});
    }

    /**
     * {@link #open(Path)} with other settings of the engine, such as how many requests run or wait at the same time, and how much memory holds
     * what earlier requests began with: {@code open(folder, engine -> engine.maximumRows(8).cacheBytes(0))}.
     */
    public static SteeredModel open(Path folder, Consumer<LanguageModel.Builder> settings) {
        return open(folder, settings, () -> {});
    }

    /** {@link #open(Path)} in a given precision: to train, or to score, the same way whenever it is done. */
    public static SteeredModel open(Path folder, Precision precision) {
        Objects.requireNonNull(precision, "precision");
        return open(folder, engine -> engine.precision(precision), () -> {});
    }

    /**
     * Opens a model by its name on the Hugging Face hub, {@code owner/name} or {@code owner/name@revision}: from the Hugging Face cache folder if
     * it is there, else it is downloaded into that first. To say where and how, ask a {@link ModelHub} for the folder and open that.
     *
     * @throws IllegalArgumentException if the name is none, or a folder is called so
     * @throws org.steering4j.hub.ModelHubException if the model is not there and cannot be had
     * @throws org.steering4j.checkpoint.ModelFolderException if it cannot be opened, as {@link #open(Path)}
     */
    public static SteeredModel named(String name) {
        return named(name, engine -> {});
    }

    /** {@link #named(String)} with other settings of the engine, as {@link #open(Path, Consumer)}. */
    public static SteeredModel named(String name, Consumer<LanguageModel.Builder> settings) {
        return named(name, settings, null);
    }

    /** @param hub null for that of the environment */
    static SteeredModel named(String name, Consumer<LanguageModel.Builder> settings, ModelHub hub) {
        if (Files.isDirectory(Path.of(name))) {
            throw new IllegalArgumentException(
                    "the model name " + name
                            + " is that of a folder here: call modelPath(...), or SteeredModel.open(Path.of(...)), to open the folder");
        }
        ModelName model = ModelName.parse(name);
        return open((hub == null ? ModelHub.ofEnvironment() : hub).folder(model), settings);
    }

    /**
     * Opens the model that comes as the artifact {@code org.steering4j:langchain4j-steering-tiny-model}, which must be on the class path.
     *
     * @throws org.steering4j.checkpoint.ModelFolderException if it is not
     */
    public static SteeredModel embedded() {
        return embedded(engine -> {});
    }

    /** Whether the artifact of {@link #embedded()} is on the class path. */
    public static boolean embeddedIsPresent() {
        return EmbeddedModel.isPresent();
    }

    /** The {@link #shape} of the model of {@link #embedded()}, for which it is not opened. */
    public static ModelShape embeddedShape() {
        return readEmbedded(folder -> LanguageModel.shapeOf(ModelFolder.open(folder)));
    }

    /** Reads something of the folder of {@link #embedded()}, such as its tokenizer, without opening the model. The folder is gone afterwards. */
    public static <T> T readEmbedded(Function<Path, T> reader) {
        EmbeddedModel embedded = EmbeddedModel.unpack();
        try {
            return reader.apply(embedded.folder());
        } finally {
            embedded.delete();
        }
    }

    /** {@link #embedded()} in a given precision. */
    public static SteeredModel embedded(Precision precision) {
        Objects.requireNonNull(precision, "precision");
        return embedded(engine -> engine.precision(precision));
    }

    /** {@link #embedded()} with other settings of the engine, as {@link #open(Path, Consumer)}. */
    public static SteeredModel embedded(Consumer<LanguageModel.Builder> settings) {
        return open(EmbeddedModel.unpack(), settings);
    }

    /**
     * The embedded model further trained on another manner of speaking: a LoRA adapter, which comes with it, merged into its weights. It is
     * there to try on it what was made on {@link #embedded()}. Its name is {@code steering4j-tiny-seafarer}, so that vectors of
     * {@code steering4j-tiny} fit it only where they are allowed on other models.
     *
     * @param settings of the engine, as {@link #open(Path, Consumer)}
     * @throws org.steering4j.checkpoint.ModelFolderException if the artifact of {@link #embedded()} is not on the class path
     */
    public static SteeredModel embeddedVariant(Consumer<LanguageModel.Builder> settings) {
        return open(EmbeddedModel.unpackVariant(), settings);
    }

    private static SteeredModel open(EmbeddedModel embedded, Consumer<LanguageModel.Builder> settings) {
        try {
            return open(embedded.folder(), settings, embedded::delete);
        } catch (Throwable e) {
            embedded.delete();
            throw e;
        }
    }

    private static SteeredModel open(Path given, Consumer<LanguageModel.Builder> settings, Runnable afterClose) {
        Path folder = ModelFolder.find(given);
        // The cheap parts first, so that nothing native is left behind when they fail.
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        UnsupportedGenerationSettings unsupported = UnsupportedGenerationSettings.read(folder);
        PromptRenderer prompts = PromptRenderer.open(folder);
        try {
            LanguageModel.Builder engine = LanguageModel.builder();
            settings.accept(engine);
            LanguageModel model = engine.folder(folder).build();
            unsupported.warn(model.contextLength());
            return new SteeredModel(model, prompts, model.shape(), defaults, afterClose);
        } catch (Throwable e) {
            prompts.close();
            throw e;
        }
    }

    /** The model's name, as responses report it. */
    public String name() {
        return shape.name();
    }

    /** What a steering vector must fit. */
    public ModelShape shape() {
        return shape;
    }

    /** The engine, to score or train with; closed with this. */
    public LanguageModel languageModel() {
        if (generator instanceof LanguageModel model) {
            return model;
        }
        throw new IllegalStateException(
                "this model runs on " + generator.getClass().getName() + ", not on a LanguageModel");
    }

    /** The tokenizer and chat template; closed with this. */
    public PromptRenderer prompts() {
        return prompts;
    }

    TokenGenerator generator() {
        return generator;
    }

    GenerationDefaults generationDefaults() {
        return generationDefaults;
    }

    /** What constrained answers are made of; built when it is first needed. */
    private Vocabulary vocabulary() {
        synchronized (vocabularyLock) {
            if (vocabulary == null) {
                Map<String, Integer> markTokens = new HashMap<>();
                for (String mark :
                        prompts.toolCallFormat().map(ToolCallFormat::marks).orElse(Set.of())) {
                    prompts.tokenizer().controlToken(mark).ifPresent(token -> markTokens.put(mark, token));
                }
                vocabulary = Vocabulary.of(
                        prompts.tokenizer().tokenTexts(), markTokens, prompts.endTokens(), generator.vocabularySize());
            }
            return vocabulary;
        }
    }

    /**
     * @param timeout how long to wait for it at most; null for as long as it takes
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if this model's answers cannot be held to the form
     * @throws dev.langchain4j.exception.TimeoutException if it takes longer
     */
    AnswerConstraint constraint(AnswerForm form, Duration timeout) {
        return forms.constraint(form, timeout, this::execute);
    }

    private AnswerConstraint make(AnswerForm form) {
        return form.constraint(vocabulary(), prompts.toolCallFormat().orElse(null));
    }

    /** Runs what uses the model, and says so if it is, or gets, closed. */
    <T> T whileOpen(Supplier<T> use) {
        requireOpen();
        try {
            return use.get();
        } catch (IllegalStateException e) {
            requireOpen();
            throw e;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ModelClosedException(name());
        }
    }

    /** Runs a task, which throws nothing, on a thread that is not the caller's. */
    Future<?> execute(Runnable task) {
        try {
            return executor.submit(task);
        } catch (RejectedExecutionException e) {
            throw new ModelClosedException(name());
        }
    }

    private static Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "steered-chat-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Does nothing the second time. Does not wait for running chats; the last of them returns the memory. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        executor.shutdown();
        try {
            if (generator instanceof AutoCloseable closeable) {
                closeable.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the model " + name() + " cannot be closed: " + e.getMessage(), e);
        } finally {
            prompts.close();
            afterClose.run();
        }
    }
}
