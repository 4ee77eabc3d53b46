package org.steering4j.constraint.regular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecimalsTest {

    private static BigDecimal number(String text) {
        return text == null ? null : new BigDecimal(text);
    }

    @Test
    void should_hold_every_integer_of_a_range_and_no_other() {
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            int reach = random.nextBoolean() ? 15 : 1200;
            Integer least = random.nextInt(5) == 0 ? null : random.nextInt(2 * reach) - reach;
            Integer greatest = random.nextInt(5) == 0 ? null : random.nextInt(2 * reach) - reach;
            Automaton range = Decimals.between(
                    least == null ? null : BigDecimal.valueOf(least),
                    greatest == null ? null : BigDecimal.valueOf(greatest),
                    true);
            for (int value = -1300; value <= 1300; value++) {
                boolean inside = (least == null || least <= value) && (greatest == null || value <= greatest);
                assertThat(range.accepts(String.valueOf(value)))
                        .as("%s in %s to %s", value, least, greatest)
                        .isEqualTo(inside);
            }
            for (String other : new String[] {"", "-", "-0", "00", "01", "-01", "1.", "1.0", "+1", "1e1", "--1"}) {
                assertThat(range.accepts(other)).as(other).isFalse();
            }
            assertThat(range.isEmpty()).isEqualTo(least != null && greatest != null && least > greatest);
        }
    }

    @Test
    void should_hold_large_integers_exactly() {
        Random random = new Random(2);
        for (int round = 0; round < 100; round++) {
            BigInteger a = new BigInteger(10 + random.nextInt(200), random)
                    .multiply(BigInteger.valueOf(random.nextInt(3) - 1));
            BigInteger b = random.nextInt(3) == 0
                    ? a.add(BigInteger.valueOf(random.nextInt(1000)))
                    : new BigInteger(10 + random.nextInt(200), random);
            BigInteger least = a.min(b);
            BigInteger greatest = a.max(b);
            Automaton range = Decimals.between(new BigDecimal(least), new BigDecimal(greatest), true);
            for (int distance : new int[] {0, 1, 2, 9, 10, 11, 99, 1000}) {
                BigInteger d = BigInteger.valueOf(distance);
                assertThat(range.accepts(least.subtract(d).toString())).isEqualTo(distance == 0);
                assertThat(range.accepts(greatest.add(d).toString())).isEqualTo(distance == 0);
                assertThat(range.accepts(least.add(d).toString()))
                        .isEqualTo(least.add(d).compareTo(greatest) <= 0);
                assertThat(range.accepts(greatest.subtract(d).toString()))
                        .isEqualTo(greatest.subtract(d).compareTo(least) >= 0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 2.25",
        ", 0.3",
        "-1.5, -0.25",
        "-2, ",
        "-0.001, 10",
        "9.99, 10.01",
        "0.1, 0.1",
        "100, 1e2",
        "-1e-3, 1e-3",
        ", ",
        "1e1, 99.5"
    })
    void should_hold_every_decimal_of_a_range_and_no_other(String least, String greatest) {
        Automaton range = Decimals.between(number(least), number(greatest), false);
        Random random = new Random(3);
        int inside = 0;
        for (int i = 0; i < 4000; i++) {
            BigDecimal value = BigDecimal.valueOf(random.nextInt(25_001) - 12_500, random.nextInt(5));
            if (i % 3 == 0) {
                BigDecimal bound = number(least == null ? greatest : least);
                value = BigDecimal.valueOf(random.nextInt(21) - 10, 4).add(bound == null ? BigDecimal.ONE : bound);
            }
            boolean fits = (least == null || value.compareTo(number(least)) >= 0)
                    && (greatest == null || value.compareTo(number(greatest)) <= 0);
            assertThat(range.accepts(value.toPlainString()))
                    .as("%s in %s to %s", value.toPlainString(), least, greatest)
                    .isEqualTo(fits && !isNegativeZero(value));
            inside += fits ? 1 : 0;
        }
        for (String other : new String[] {"", ".5", "1.", "-0.0", "-0", "00.5", "1e1", "-.5", "0..1"}) {
            assertThat(range.accepts(other)).as(other).isFalse();
        }
        for (String text : Texts.of(range, 200, 4)) {
            BigDecimal value = new BigDecimal(text);
            assertThat(least == null || value.compareTo(number(least)) >= 0)
                    .as(text)
                    .isTrue();
            assertThat(greatest == null || value.compareTo(number(greatest)) <= 0)
                    .as(text)
                    .isTrue();
        }
        assertThat(inside).isPositive();
    }

    private static boolean isNegativeZero(BigDecimal value) {
        return value.toPlainString().startsWith("-") && value.signum() == 0;
    }

    @ParameterizedTest
    @CsvSource({
        "1", "2", "3", "7", "10", "20", "100", "12", "1e3", "1.5", "0.5", "70", "2.50", "1e-8", "1000000", "0.75"
    })
    void should_hold_every_integer_multiple_and_no_other(String divisor) {
        Automaton multiples = Decimals.multiplesOf(number(divisor), true);
        for (int value = -2100; value <= 2100; value++) {
            assertThat(multiples.accepts(String.valueOf(value)))
                    .as("%s of %s", value, divisor)
                    .isEqualTo(new BigDecimal(value).remainder(number(divisor)).signum() == 0);
        }
        assertThat(multiples.accepts("3000000"))
                .isEqualTo(number("3000000").remainder(number(divisor)).signum() == 0);
    }

    @ParameterizedTest
    @CsvSource({"0.01", "0.0001", "1.5", "0.25", "2", "10", "0.5", "12.5", "0.003"})
    void should_hold_every_decimal_multiple_that_is_no_longer_than_the_divisor(String divisor) {
        Automaton multiples = Decimals.multiplesOf(number(divisor), false);
        Random random = new Random(5);
        for (int i = 0; i < 4000; i++) {
            BigDecimal value = BigDecimal.valueOf(random.nextInt(100_000), random.nextInt(5));
            if (i % 2 == 0) {
                value = number(divisor).multiply(BigDecimal.valueOf(random.nextInt(100_000)));
            }
            boolean fits = value.remainder(number(divisor)).signum() == 0
                    && value.scale() <= Math.max(0, number(divisor).scale());
            assertThat(multiples.accepts(value.toPlainString()))
                    .as("%s of %s", value.toPlainString(), divisor)
                    .isEqualTo(fits);
        }
    }

    @Test
    void should_tell_fractions_from_integers() {
        Automaton fractions = Decimals.between(null, null, false).and(Decimals.fractions());
        for (String fraction : new String[] {"0.5", "-1.50", "100.001"}) {
            assertThat(fractions.accepts(fraction)).as(fraction).isTrue();
        }
        for (String other : new String[] {"1", "-1.00", "0.0", "."}) {
            assertThat(fractions.accepts(other)).as(other).isFalse();
        }
    }

    @Test
    void should_refuse_what_takes_too_many_states() {
        assertThatThrownBy(() -> Decimals.multiplesOf(number("1001"), true))
                .isExactlyInstanceOf(NotRegularException.class)
                .hasMessageContaining("1,000");
        assertThatThrownBy(() -> Decimals.multiplesOf(number("1e-2000000000"), false))
                .isExactlyInstanceOf(NotRegularException.class);
        assertThatThrownBy(() -> Decimals.between(number("1e2000000000"), null, true))
                .isExactlyInstanceOf(NotRegularException.class);
        assertThatThrownBy(() -> Decimals.between(null, number("-1e-2000000000"), false))
                .isExactlyInstanceOf(NotRegularException.class);
    }
}
