package io.sluice.gateway.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads sizes in bytes: {@code 512}, {@code 64K}, {@code 5M}, {@code 1G}, also {@code KiB}, {@code MiB}, {@code GiB}.
 * All suffixes are powers of 1024. {@code KB} and the like are refused, because they mean powers of 1000 to some.
 */
final class SizeConverter implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})(?:([KMG])(?:IB)?)?");
    private static final Pattern AMBIGUOUS = Pattern.compile("\\d+[KMG]B");

    @Override
    public Long convert(String value) {
        String text = value.strip().toUpperCase(Locale.ROOT);
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("'" + value + "' is not a size; examples: 512, 64K, 5M, 1G"
                    + (AMBIGUOUS.matcher(text).matches() ? " (without B: powers of 1024)" : ""));
        }
        long factor = form.group(2) == null ? 1 : 1L << (10 * (1 + "KMG".indexOf(form.group(2))));
        long amount = Long.parseLong(form.group(1));
        if (amount > Long.MAX_VALUE / factor) {
            throw new TypeConversionException("'" + value + "' is too large; examples: 512, 64K, 5M, 1G");
        }
        return amount * factor;
    }
}
