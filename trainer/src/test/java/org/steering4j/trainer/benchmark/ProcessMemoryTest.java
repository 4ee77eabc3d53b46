package org.steering4j.trainer.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessMemoryTest {

    private static final int BLOCK_BYTES = 128 << 20;

    @Test
    void should_forget_what_memory_earlier_work_has_taken() throws Exception {
        byte[] block = new byte[BLOCK_BYTES];
        long peak = ProcessMemory.peak().orElseThrow();
        assertThat(block).hasSize(BLOCK_BYTES);
        block = null;
        assumeTrue(ProcessMemory.forgetPeak(), "the system keeps the peak");
        long resident = ProcessMemory.resident().orElseThrow();
        assertThat(ProcessMemory.peak().orElseThrow()).isBetween(resident, peak - BLOCK_BYTES / 2);
        byte[] another = new byte[BLOCK_BYTES];
        assertThat(ProcessMemory.peak().orElseThrow()).isGreaterThan(resident + BLOCK_BYTES / 2);
        assertThat(another).hasSize(BLOCK_BYTES);
    }
}
