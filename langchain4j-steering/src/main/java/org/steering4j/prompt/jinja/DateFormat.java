package org.steering4j.prompt.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** C's strftime, in English. */
final class DateFormat {

    private DateFormat() {}

    static String format(LocalDateTime time, String format) {
        StringBuilder formatted = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%') {
                formatted.append(format.charAt(i));
                continue;
            }
            boolean unpadded = format.startsWith("-", i + 1);
            int at = i + (unpadded ? 2 : 1);
            if (at >= format.length()) {
                throw new Failure("strftime_now: the format \"" + format + "\" ends within a directive");
            }
            formatted.append(directive(time, format.charAt(at), unpadded));
            i = at;
        }
        return formatted.toString();
    }

    private static String directive(LocalDateTime time, char directive, boolean unpadded) {
        Work.step();
        String pattern = switch (directive) {
            case 'd' -> "dd";
            case 'e' -> "ppd";
            case 'm' -> "MM";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'Y' -> "yyyy";
            case 'y' -> "yy";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'j' -> "DDD";
            case 'F' -> "yyyy-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'D' -> "MM/dd/yy";
            case '%' -> "%";
            default -> throw Failure.unsupported("strftime_now with the directive %" + directive);
        };
        String text = time.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
        return unpadded ? text.replaceFirst("^[0 ](?=.)", "").replaceFirst("^0(?=.)", "") : text;
    }
}
