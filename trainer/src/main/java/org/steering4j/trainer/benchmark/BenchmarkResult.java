package org.steering4j.trainer.benchmark;

import java.util.List;

/**
 * How fast a model runs. Memory is null where the system does not tell.
 *
 * @param threads that were asked for; null: libtorch's own choice
 * @param peakResidentBytes the most memory of the whole process since the opening of the model began, mapped files included; without what
 *     speculation's measurement took
 */
public record BenchmarkResult(
        String model,
        String precision,
        Integer threads,
        MachineLimits machine,
        Loading loading,
        List<Prefill> prefill,
        List<Decode> decode,
        List<Composition> composition,
        List<Speculation> speculation,
        Long peakResidentBytes) {

    /**
     * @param seconds of the opening; with a measurement of precisions, where none was asked for
     * @param firstTokenSeconds from the beginning of the opening to the first token of an answer, when weights that are mapped have been read, too
     * @param weightBytes of all weights, in the precision
     * @param residentBytes by how much memory had grown after the first answer, mapped files included
     */
    public record Loading(double seconds, double firstTokenSeconds, long weightBytes, Long residentBytes) {}

    /** @param shareOfMultiplication of what the machine multiplies at most */
    public record Prefill(int tokens, double tokensPerSecond, double shareOfMultiplication) {}

    /**
     * @param tokensPerSecond of all rows together
     * @param shareOfBandwidth bytes of weights touched per second, of what the machine reads at most
     * @param timesOneRow null if one row was not measured
     */
    public record Decode(int rows, double tokensPerSecond, double shareOfBandwidth, Double timesOneRow) {}

    /** @param cost by how much a token takes longer than unsteered; null if that was not measured */
    public record Composition(int vectors, double tokensPerSecond, Double cost) {}

    /** The same under another name of the model. */
    public BenchmarkResult named(String name) {
        return new BenchmarkResult(
                name,
                precision,
                threads,
                machine,
                loading,
                prefill,
                decode,
                composition,
                speculation,
                peakResidentBytes);
    }

    BenchmarkResult with(List<Speculation> measured) {
        return new BenchmarkResult(
                model, precision, threads, machine, loading, prefill, decode, composition, measured, peakResidentBytes);
    }

    /**
     * An answer that is held to a text, so that it quotes as much of its prompt as the task says. So what is measured is what passes cost, not how
     * often a model quotes.
     *
     * @param passes of the model, with speculation
     * @param tokensPerSecondWithout of an answer that has nothing to guess
     */
    public record Speculation(
            String task,
            int tokens,
            int passes,
            int draftedTokens,
            int acceptedTokens,
            double tokensPerSecondWithout,
            double tokensPerSecond,
            double times) {}
}
