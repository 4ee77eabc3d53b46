package org.steering4j.vector;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which behaviours to steer and how strongly: a weighted sum of named vectors, such as
 * {@code Steering.of("truthfulness", 1.0).plus("safety", 0.8)}. It holds names and numbers only; {@link SteeringVectors#resolve} turns it
 * into arrays.
 *
 * <p>A multiplier is a plain factor on a vector of learned magnitude: 1 is the strength it was trained for, negative values push the
 * opposite way, 0 does nothing. Useful values lie mostly between -2 and 2. Immutable; may be shared between threads.
 */
public final class Steering {

    private static final Steering NONE = new Steering(new TreeMap<>());

    private final SortedMap<String, Double> multipliers;

    private Steering(SortedMap<String, Double> multipliers) {
        this.multipliers = Collections.unmodifiableSortedMap(multipliers);
    }

    /** No steering at all: an explicit "off". */
    public static Steering none() {
        return NONE;
    }

    /** @throws IllegalArgumentException if the name is blank or the multiplier NaN or infinite */
    public static Steering of(String name, double multiplier) {
        return NONE.plus(name, multiplier);
    }

    /**
     * Reads {@code power-seeking:-1.5,truthfulness:1.0}, names and multipliers as settings have them, or {@code none}. Spaces around names
     * and numbers do not matter.
     *
     * @throws IllegalArgumentException if the text is not of that form, names a vector twice, or holds a multiplier that is NaN or infinite
     */
    public static Steering parse(String text) {
        if (text.strip().equals("none")) {
            return NONE;
        }
        Steering sum = NONE;
        for (String part : text.split(",", -1)) {
            int colon = part.lastIndexOf(':');
            String name = colon < 0 ? "" : part.substring(0, colon).strip();
            if (name.isEmpty()) {
                throw unreadable(text, quote(part) + " is not a name, a colon and a number");
            }
            if (sum.multipliers.containsKey(name)) {
                throw unreadable(text, quote(name) + " is named twice");
            }
            try {
                sum = sum.plus(name, Double.parseDouble(part.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw unreadable(text, quote(part.substring(colon + 1)) + " is not a number");
            }
        }
        return sum;
    }

    private static IllegalArgumentException unreadable(String text, String what) {
        return new IllegalArgumentException(quote(text) + " is no steering: " + what
                + "; write it like power-seeking:-1.5,truthfulness:1.0, or none");
    }

    /**
     * Adds one more vector; a name that is already there gets the sum of both multipliers.
     *
     * @throws IllegalArgumentException if the name is blank or the multiplier, or its sum, NaN or infinite
     */
    public Steering plus(String name, double multiplier) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a steering needs the name of a vector, not " + quote(name));
        }
        SortedMap<String, Double> sum = new TreeMap<>(multipliers);
        sum.put(name, requireFinite(name, multipliers.getOrDefault(name, 0.0) + multiplier));
        return new Steering(sum);
    }

    /** Adds name by name; overflowing sums are refused as in {@link #plus(String, double)}. */
    public Steering plus(Steering other) {
        Steering sum = this;
        for (Map.Entry<String, Double> entry : other.multipliers.entrySet()) {
            sum = sum.plus(entry.getKey(), entry.getValue());
        }
        return sum;
    }

    /**
     * Multiplies every multiplier.
     *
     * @throws IllegalArgumentException if the factor, or a product, is NaN or infinite
     */
    public Steering times(double factor) {
        SortedMap<String, Double> product = new TreeMap<>();
        requireFinite("every vector", factor);
        multipliers.forEach((name, multiplier) -> product.put(name, requireFinite(name, multiplier * factor)));
        return new Steering(product);
    }

    /** The multipliers by name, in the order of names; a multiplier of 0 stays listed. */
    public SortedMap<String, Double> multipliers() {
        return multipliers;
    }

    /** Whether this changes nothing: it names no vector, or all its multipliers are 0. */
    public boolean isNone() {
        return multipliers.values().stream().allMatch(multiplier -> multiplier == 0.0);
    }

    private static double requireFinite(String name, double multiplier) {
        if (!Double.isFinite(multiplier)) {
            throw new IllegalArgumentException("multiplier " + multiplier + " for " + quote(name)
                    + ": expected a finite number, mostly between -2 and 2");
        }
        return multiplier + 0.0; // -0.0 becomes 0.0, so that equal steerings are equal
    }

    private static String quote(String name) {
        return name == null ? "null" : '"' + name + '"';
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Steering that && multipliers.equals(that.multipliers);
    }

    @Override
    public int hashCode() {
        return multipliers.hashCode();
    }

    /** Such as {@code safety*0.8 + truthfulness*1.0}, or {@code none}. */
    @Override
    public String toString() {
        return multipliers.isEmpty()
                ? "none"
                : multipliers.entrySet().stream()
                        .map(entry -> entry.getKey() + "*" + entry.getValue())
                        .collect(Collectors.joining(" + "));
    }
}
