package org.steering4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExitTest {

    /** An application whose shutdown hook waits, as those of web servers do, until no answer is under way. */
    static final class Application {

        public static void main(String[] arguments) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            SteeredStreamingChatModel model = SteeredStreamingChatModel.builder()
                    .embeddedModel()
                    .maxOutputTokens(400)
                    .build();
            StreamingChatResponseHandler handler = new StreamingChatResponseHandler() {

                @Override
                public void onPartialResponse(String part) {
                    begun.countDown();
                    awaitExit();
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    System.out.println("completed");
                    ended.countDown();
                }

                @Override
                public void onError(Throwable error) {
                    System.out.println(error.getClass().getName());
                    ended.countDown();
                }
            };
            Runtime.getRuntime().addShutdownHook(new Thread(() -> await(ended)));
            model.chat("Hello", handler);
            await(begun);
            System.exit(0);
        }

        /** Leaves the rest of the answer to the time after Java has begun to exit. */
        private static void awaitExit() {
            while (true) {
                try {
                    Runtime.getRuntime().addShutdownHook(new Thread());
                    Thread.sleep(10);
                } catch (IllegalStateException exiting) {
                    return;
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void should_end_answers_and_let_java_exit_when_a_shutdown_hook_waits_for_them()
            throws IOException, InterruptedException {
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dai.djl.offline=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(application.waitFor(2, TimeUnit.MINUTES))
                    .as("it has ended")
                    .isTrue();
            assertThat(new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                    .containsExactly("org.steering4j.engine.ModelClosedException");
            assertThat(application.exitValue()).isZero();
        } finally {
            application.destroyForcibly();
        }
    }
}
