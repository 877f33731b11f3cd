package io.sluice.gateway.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads bit rates in bits per second: {@code 5000000}, {@code 2500k}, {@code 5M}; the suffixes are powers of 1000. */
final class BitRateConverter implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})([KMG]?)");

    @Override
    public Long convert(String value) {
        Matcher form = FORM.matcher(value.strip().toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            throw new TypeConversionException("'" + value + "' is not a bit rate; examples: 5000000, 2500k, 5M");
        }
        long factor = switch (form.group(2)) {
            case "K" -> 1_000L;
            case "M" -> 1_000_000L;
            case "G" -> 1_000_000_000L;
            default -> 1L;
        };
        long amount = Long.parseLong(form.group(1));
        if (amount > Long.MAX_VALUE / factor) {
            throw new TypeConversionException("'" + value + "' is too large; examples: 5000000, 2500k, 5M");
        }
        return amount * factor;
    }
}
