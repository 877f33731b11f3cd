package io.sluice.e2e.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Which test classes may run at the same time. Most tests wait for the clock, so classes and methods run concurrently,
 * as {@code junit-platform.properties} says. Exceptions are marked with these annotations. The methods of a class that
 * has one of them run one after another, and the class starts early, because these are the longest. Gateways of all
 * other tests run at a lower priority.
 */
public final class Concurrency {

    private Concurrency() {}

    /** One at a time: a browser that films and encodes needs a processor of its own to keep up with the clock. */
    @Order(1)
    @ResourceLock("browser")
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface OneBrowserAtATime {}

    /** One at a time: thousands of connections, or fifty streams, are a load that others are not to be judged under. */
    @Order(2)
    @ResourceLock("crowd")
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface OneCrowdAtATime {}

    /**
     * Measures rates, delays or processor time, where anything else that runs is part of the result. Runs when all
     * others are done.
     */
    @Isolated
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface MeasuresAlone {}
}
