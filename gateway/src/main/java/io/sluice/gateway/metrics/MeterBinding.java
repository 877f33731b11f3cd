package io.sluice.gateway.metrics;

import io.sluice.gateway.admission.AdmissionSnapshot;
import io.sluice.gateway.media.ReplayMemory;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionListener;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Creates the meters of a gateway. A gateway depends only on this interface, so that it loads without Micrometer on the
 * class path; {@link SessionMeters#in} creates one.
 */
@FunctionalInterface
public interface MeterBinding {

    /** The meters of one gateway, from its start until it is closed; receives the events of its sessions. */
    interface Meters extends SessionListener, AutoCloseable {

        /** Called once, when the gateway has closed. */
        @Override
        void close();
    }

    /**
     * Registers the meters of a gateway.
     *
     * @param operations the gateway's sessions
     * @param ready whether the gateway accepts new streams
     * @param admission the current load and capacity
     * @param replay the memory for outputs that start again
     * @return the meters, which the gateway notifies of session events
     */
    Meters of(
            SessionOperations operations,
            BooleanSupplier ready,
            Supplier<AdmissionSnapshot> admission,
            ReplayMemory replay);
}
