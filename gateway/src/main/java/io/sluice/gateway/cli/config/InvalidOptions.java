package io.sluice.gateway.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Collects what is wrong, so that all of it can be told at once; of each option the first thing, for what follows may follow from it. */
public final class InvalidOptions {

    private final Map<ArgSpec, Exception> ofOptions = new LinkedHashMap<>();
    private final List<Exception> others = new ArrayList<>();

    public void add(Exception error) {
        if (error instanceof ParameterException wrong && wrong.getArgSpec() != null) {
            ofOptions.putIfAbsent(wrong.getArgSpec(), wrong);
        } else {
            others.add(error);
        }
    }

    /** Adds what is wrong with an option, if it is. */
    public void when(boolean wrong, @Nullable CommandSpec command, String option, String words) {
        if (wrong) {
            add(new InvalidOption(command, option, words));
        }
    }

    /** Makes something that needs options to be right. Null, and added, if one is not. */
    public <T> @Nullable T tried(Supplier<? extends @Nullable T> making) {
        try {
            return making.get();
        } catch (InvalidOption e) {
            add(e);
            return null;
        }
    }

    public List<Exception> all() {
        List<Exception> all = new ArrayList<>(others);
        all.addAll(ofOptions.values());
        return all;
    }
}
