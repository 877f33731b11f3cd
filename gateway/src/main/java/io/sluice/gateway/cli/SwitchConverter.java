package io.sluice.gateway.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads switches: {@code true, yes, on, 1} or {@code false, no, off, 0}. */
final class SwitchConverter implements ITypeConverter<Boolean> {

    @Override
    public Boolean convert(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default ->
                throw new TypeConversionException(
                        "'" + value + "' is neither on nor off; examples: true, yes, false, no");
        };
    }
}
