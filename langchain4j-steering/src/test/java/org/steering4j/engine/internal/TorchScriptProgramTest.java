package org.steering4j.engine.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.steering4j.engine.EngineException;

class TorchScriptProgramTest {

    private static final String GREEDY = """
            class Greedy(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def allocate(self: __torch__.Greedy,
                size: Tensor) -> Tensor:
                return torch.zeros([int(size)])
              def fail(self: __torch__.Greedy,
                size: Tensor) -> Tensor:
                return torch.matmul(size, torch.zeros([3, 4]))
            """;

    @Test
    void should_translate_failures_of_libtorch_and_name_memory_as_their_reason() {
        try (TorchScriptProgram program = TorchScriptProgram.load("Greedy", GREEDY, Map.of());
                NDManager scope = program.newScope()) {
            assertThatThrownBy(() -> program.run("allocate", scope.create(1L << 50)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContainingAll("allocate", "not enough native memory", "a smaller model");
            assertThatThrownBy(() -> program.run("fail", scope.create(new float[2])))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("libtorch failed at fail")
                    .hasMessageNotContaining("native memory");
        }
    }
}
