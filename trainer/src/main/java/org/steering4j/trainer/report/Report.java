package org.steering4j.trainer.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.steering4j.internal.AtomicFiles;

/**
 * A report as one HTML file that needs nothing beside it. The plots are drawn in the reader's browser by Chart.js (MIT licence), which
 * is copied into the page, and show their values under the pointer. All texts are shown as they are: markup in them has no effect.
 * Immutable and thread-safe.
 *
 * @param title the page's heading
 * @param summary a few sentences under it; may be empty
 */
public record Report(String title, String summary, List<Section> sections) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public Report {
        sections = List.copyOf(sections);
    }

    /**
     * Writes the page, in place of what may be there; atomically.
     *
     * @throws org.steering4j.vector.FileNotWrittenException if it cannot be written
     */
    public void write(Path file) {
        byte[] page = toHtml().getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(file, output -> output.write(page));
    }

    /** The page as text. */
    public String toHtml() {
        Map<String, Object> values =
                new HashMap<>(JSON.convertValue(this, new TypeReference<Map<String, Object>>() {}));
        values.put("plots", plotsAsJson());
        values.put("chartScript", chartScript());
        // Values may hold {{ or {%, for they are texts of people and models: they must not be rendered again.
        Jinjava jinjava = new Jinjava(JinjavaConfig.newBuilder()
                .withNestedInterpretationEnabled(false)
                .withFailOnUnknownTokens(true)
                .build());
        return jinjava.render(resource("/org/steering4j/trainer/report/report.html"), values);
    }

    private String plotsAsJson() {
        List<Plot> plots =
                sections.stream().flatMap(section -> section.plots().stream()).toList();
        try {
            // A "</script>" in a text must not end the script element that holds this.
            return JSON.writeValueAsString(plots).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String chartScript() {
        Properties coordinates = new Properties();
        try (InputStream input =
                Report.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/chart.js/pom.properties")) {
            coordinates.load(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return resource(
                "/META-INF/resources/webjars/chart.js/" + coordinates.getProperty("version") + "/dist/chart.umd.js");
    }

    private static String resource(String name) {
        try (InputStream input = Report.class.getResourceAsStream(name)) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
