package org.steering4j.trainer;

/**
 * How well a vector separates the answers when it is added (direction +1) or subtracted (-1), averaged over pairs.
 *
 * <p>Direction +1 favours the matching answer and opposes the other, -1 the reverse. A log-ratio is the log-probability of an
 * answer with the vector less that without it, in nats, summed over the answer's tokens.
 *
 * @param pairs how many pairs were averaged; the other figures are 0 when there were none
 * @param loss the BiPO loss
 * @param accuracy the share of pairs, from 0 to 1, with a margin above 0
 * @param favouredLogRatio the log-ratio of the answer that the direction favours; a margin can grow while this falls, which means
 *     that both answers become less likely, one of them faster
 * @param opposedLogRatio the log-ratio of the other answer
 */
public record DirectionMetrics(
        int pairs, double loss, double accuracy, double favouredLogRatio, double opposedLogRatio) {

    static final DirectionMetrics NONE = new DirectionMetrics(0, 0, 0, 0, 0);

    /** What the loss's sigmoid sees before it is scaled by beta, in nats: the favoured less the opposed log-ratio. */
    public double margin() {
        return favouredLogRatio - opposedLogRatio;
    }

    /** The average over the pairs of both. */
    DirectionMetrics plus(DirectionMetrics other) {
        int sum = pairs + other.pairs;
        if (sum == 0) {
            return NONE;
        }
        double share = pairs / (double) sum;
        return new DirectionMetrics(
                sum,
                share * loss + (1 - share) * other.loss,
                share * accuracy + (1 - share) * other.accuracy,
                share * favouredLogRatio + (1 - share) * other.favouredLogRatio,
                share * opposedLogRatio + (1 - share) * other.opposedLogRatio);
    }
}
