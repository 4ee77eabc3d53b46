package org.steering4j.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.steering4j.engine.Continuation;
import org.steering4j.engine.LanguageModel;
import org.steering4j.engine.SteeredContinuations;

/** The answers of preference examples, numbered as {@link SteerableAnswers} says, scored by the engine. */
final class EngineAnswers implements SteerableAnswers, AutoCloseable {

    private final SteeredContinuations continuations;

    /** Runs every answer once, unsteered. */
    EngineAnswers(LanguageModel model, List<PreferenceExample> examples, BiPOSettings settings) {
        List<Continuation> answers = new ArrayList<>();
        for (PreferenceExample example : examples) {
            answers.add(new Continuation(example.prompt(), example.matching()));
            answers.add(new Continuation(example.prompt(), example.notMatching()));
        }
        continuations = model.continuations(answers, settings.layers());
    }

    @Override
    public double unsteeredLogProbability(int answer) {
        return continuations.unsteeredLogProbability(answer);
    }

    /** The mean over all answers, which tells models of the same name apart. */
    double meanUnsteeredLogProbability() {
        double sum = 0;
        for (int answer = 0; answer < continuations.size(); answer++) {
            sum += continuations.unsteeredLogProbability(answer);
        }
        return sum / continuations.size();
    }

    @Override
    public Pass forward(int[] answers, float[][] vector, double sign) {
        double[] signs = new double[answers.length];
        Arrays.fill(signs, sign);
        SteeredContinuations.ForwardPass pass = continuations.forward(answers, vector, signs);
        return new Pass() {
            @Override
            public double[] logProbabilities() {
                return pass.logProbabilities();
            }

            @Override
            public float[][] gradient(double[] weights) {
                return pass.gradient(weights);
            }

            @Override
            public void close() {
                pass.close();
            }
        };
    }

    @Override
    public void close() {
        continuations.close();
    }
}
