package org.steering4j.trainer.command;

import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads every decimal number of the command line. NaN and infinity are numbers to Java, but none of an option. */
final class FiniteNumber implements ITypeConverter<Double> {

    private FiniteNumber() {}

    /** To be called when the command line has all its commands. */
    static void registerIn(CommandLine commandLine) {
        commandLine.registerConverter(Double.class, new FiniteNumber());
        commandLine.registerConverter(double.class, new FiniteNumber());
    }

    @Override
    public Double convert(String value) {
        double number;
        try {
            number = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is not a number");
        }
        if (!Double.isFinite(number)) {
            throw new TypeConversionException("'" + value + "' is not a finite number");
        }
        return number;
    }
}
