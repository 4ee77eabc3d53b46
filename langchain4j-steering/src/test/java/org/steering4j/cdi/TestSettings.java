package org.steering4j.cdi;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.steering4j.engine.RandomModels;
import org.steering4j.prompt.SmallTokenizers;
import org.steering4j.vector.ModelShape;
import org.steering4j.vector.SteeringVector;

/** Settings of ours for a test, read by SmallRye Config from system properties; closing it takes them back. */
final class TestSettings implements AutoCloseable {

    private final Map<String, String> settings = new HashMap<>();

    /** A tiny model of random weights, one vector named "power", and two personas. */
    static TestSettings ofSmallModel(Path folder) {
        SmallTokenizers.byteLevel(RandomModels.write(folder.resolve("random"), 276, 256), SmallTokenizers.CHATML);
        float[] values = new float[32];
        values[3] = 5;
        SteeringVector.builder("power")
                .layer(1, values)
                .model(new ModelShape("random", "llama", 4, 32))
                .build()
                .write(folder.resolve("power.safetensors"));
        return new TestSettings()
                .set("steering.model-path", folder.resolve("random").toString())
                .set("steering.vectors-path", folder.toString())
                .set("steering.max-output-tokens", "3")
                .set("steering.personas.bold", "power:1.0")
                .set("steering.personas.cautious", "power:-1.0")
                .set("steering.personas.cautious.system-message", "Weigh every risk.");
    }

    TestSettings set(String name, String value) {
        settings.put(name, value);
        System.setProperty(name, value);
        return readAnew();
    }

    /** SmallRye Config remembers the names that it saw first. */
    private TestSettings readAnew() {
        ConfigProviderResolver.instance().releaseConfig(ConfigProvider.getConfig());
        return this;
    }

    @Override
    public void close() {
        settings.keySet().forEach(System::clearProperty);
        readAnew();
    }
}
