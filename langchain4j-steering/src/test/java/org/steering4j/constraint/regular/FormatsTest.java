package org.steering4j.constraint.regular;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatsTest {

    private static boolean accepts(String name, String text) {
        return Formats.named(name).orElseThrow().accepts(text);
    }

    @Test
    void should_know_the_days_of_each_month_and_leap_years() {
        for (int year : new int[] {1, 4, 100, 400, 1600, 1900, 1999, 2000, 2023, 2024, 2100, 9996, 9999}) {
            for (int month = 0; month <= 13; month++) {
                for (int day = 0; day <= 32; day++) {
                    boolean exists = month >= 1
                            && month <= 12
                            && day >= 1
                            && day <= YearMonth.of(year, month).lengthOfMonth();
                    String date = "%04d-%02d-%02d".formatted(year, month, day);
                    assertThat(accepts("date", date)).as(date).isEqualTo(exists);
                    assertThat(accepts("date-time", date + "T12:00:00Z"))
                            .as(date)
                            .isEqualTo(exists);
                }
            }
        }
        for (int year = 1; year <= 9999; year++) {
            assertThat(accepts("date", "%04d-02-29".formatted(year))).isEqualTo(Year.isLeap(year));
        }
        assertThat(accepts("date", "0000-01-01")).isFalse();
        assertThat(LocalDate.parse("0001-01-01").getYear()).isOne();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "date-time ; 1963-06-19T08:30:06.283185Z",
                "date-time ; 1990-12-31T15:59:50.123-08:00",
                "date-time ; 1937-01-01T12:00:27.87+00:20",
                "time ; 12:34:56-00:00",
                "time ; 00:00:00.123456789+18:00",
                "duration ; P4DT12H30M5S",
                "duration ; P1Y2M",
                "duration ; PT0S",
                "duration ; P2W",
                "uuid ; 2eb8aa08-AA98-11ea-B4Aa-73B441D16380",
                "email ; te.s~t+x@sub.example-1.com",
                "hostname ; localhost",
                "hostname ; a--b.1host.example",
                "ipv4 ; 255.0.10.199",
                "ipv6 ; ::",
                "ipv6 ; 1:2:3:4:5:6:7:8",
                "ipv6 ; 1::d6:192.168.0.1",
                "ipv6 ; 1:2:3:4:5:6:7::",
                "uri ; http://foo.bar:80/?baz=qux#quux%20x",
                "uri ; urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
                "uri ; file:///etc/hosts",
                "uri-reference ; ../a?b",
                "uri-reference ; ``",
                "iri ; http://ƒøø.ßår/?∂éœ=πîx",
                "uri-template ; http://example.com/dictionary/{term:1}/{term}{?q*,lang}",
                "json-pointer ; /foo/bar~0/baz~1/%a é",
                "relative-json-pointer ; 1/foo"
            })
    void should_take_what_fits(String format, String text) {
        assertThat(accepts(format, text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "date ; 2023-2-1",
                "date ; ` 2023-02-01`",
                "date ; `2023-02-01\n`",
                "date ; 2023-02-0১",
                "date-time ; 1998-12-31T23:59:60Z",
                "date-time ; 1998-12-31T23:59:61Z",
                "date-time ; 1998-12-31T22:59:60Z",
                "date-time ; 1998-12-31T15:59:60-08:00",
                "date-time ; 1990-12-31T15:59:59-24:00",
                "date-time ; 1990-12-31T15:59:59",
                "date-time ; 1990-12-31 15:59:59Z",
                "time ; 23:59:60Z",
                "time ; 12:00:00+18:01",
                "time ; 08:30:06 PST",
                "time ; 01:02:03+00:60",
                "duration ; P",
                "duration ; P1YT",
                "duration ; P1Y2D",
                "duration ; PT1H2S",
                "duration ; P1Y2W",
                "uuid ; 2eb8aa08aa9811eab4aa73b441d16380",
                "email ; .test@example.com",
                "email ; te..st@example.com",
                "email ; joe@invalid=domain.com",
                "email ; joe@-a.com",
                "email ; 2962",
                "hostname ; -a.example",
                "hostname ; a-.example",
                "hostname ; a.",
                "hostname ; ab--c.example",
                "hostname ; 192.168.0.1",
                "ipv4 ; 087.10.0.1",
                "ipv4 ; 256.1.1.1",
                "ipv6 ; 1::2::3",
                "ipv6 ; 1:2:3:4:5:6:7",
                "ipv6 ; 1:2:3:4:5:6:7:8:9",
                "ipv6 ; 12345::",
                "ipv6 ; fe80::a%eth1",
                "uri ; //foo.bar",
                "uri ; http:// bad.example",
                "uri ; :// no scheme",
                "uri ; http://foo/%4",
                "uri-reference ; \\\\WINDOWS\\share",
                "uri-template ; http://example.com/{term",
                "json-pointer ; /foo/bar~2",
                "json-pointer ; foo",
                "relative-json-pointer ; 01/a"
            })
    void should_not_take_what_does_not(String format, String text) {
        assertThat(accepts(format, text)).isFalse();
    }

    @Test
    void should_hold_names_to_their_lengths() {
        String label = "a".repeat(63);
        assertThat(accepts("hostname", label + ".com")).isTrue();
        assertThat(accepts("hostname", label + "a.com")).isFalse();
        assertThat(accepts("hostname", (label + ".").repeat(3) + "a".repeat(61)))
                .isTrue();
        assertThat(accepts("hostname", (label + ".").repeat(3) + "a".repeat(62)))
                .isFalse();
        assertThat(accepts("email", "a".repeat(64) + "@b.org")).isTrue();
        assertThat(accepts("email", "a".repeat(65) + "@b.org")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"regex", "idn-email", "idn-hostname", "password", ""})
    void should_not_know_other_formats(String name) {
        assertThat(Formats.named(name)).isEmpty();
    }

    @Test
    void should_write_what_Java_reads() {
        for (String text : Texts.of(Formats.named("date-time").orElseThrow().automaton(), 300, 1)) {
            assertThat(OffsetDateTime.parse(text).getYear()).isPositive();
        }
        for (String text : Texts.of(Formats.named("uri").orElseThrow().automaton(), 300, 2)) {
            assertThat(URI.create(text.replaceAll("^([^:]*://[^/?#]*?@?)[^/?#]*", "$1host"))
                            .isAbsolute())
                    .isTrue();
        }
    }
}
