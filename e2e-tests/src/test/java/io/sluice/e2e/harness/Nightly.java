package io.sluice.e2e.harness;

/** What the profile {@code nightly} does at length, and every build in short. */
public final class Nightly {

    private static final boolean IS_ON = Boolean.getBoolean("sluice.nightly");

    private Nightly() {}

    /** One of two lengths of the same test. */
    public static <T> T or(T nightly, T inEveryBuild) {
        return IS_ON ? nightly : inEveryBuild;
    }
}
