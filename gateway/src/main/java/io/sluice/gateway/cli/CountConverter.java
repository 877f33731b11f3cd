package io.sluice.gateway.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers without a unit. */
final class CountConverter implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String value) {
        try {
            return Integer.valueOf(value.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    value.strip().matches("-?\\d+")
                            ? "'" + value + "' is too large; example: 100"
                            : "'" + value + "' is not a whole number; example: 100");
        }
    }
}
