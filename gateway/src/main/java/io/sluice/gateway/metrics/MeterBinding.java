package io.sluice.gateway.metrics;

import io.sluice.gateway.admission.AdmissionSnapshot;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionListener;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Makes the meters of a gateway. A gateway knows this much of meters and no more, so that it loads where Micrometer is not; {@link
 * SessionMeters#in} makes one.
 */
@FunctionalInterface
public interface MeterBinding {

    /** The meters of one gateway, from its start to its end. */
    interface Meters extends SessionListener, AutoCloseable {

        /** The gateway has ended. */
        @Override
        void close();
    }

    /**
     * Registers the meters of a gateway.
     *
     * @param operator sees its sessions
     * @param ready whether it accepts new streams
     * @param admission what it knows of the room for streams
     * @return what is told of its sessions
     */
    Meters of(SessionOperations operator, BooleanSupplier ready, Supplier<AdmissionSnapshot> admission);
}
