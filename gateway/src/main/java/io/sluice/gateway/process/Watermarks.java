package io.sluice.gateway.process;

/**
 * Two levels of a queue, in bytes: at {@code highBytes} its owner stops asking for more, and only at {@code lowBytes} it asks again.
 * One level would turn the flow on and off at every item.
 *
 * @param lowBytes filled to here or less, the queue asks again
 * @param highBytes filled to here or more, the queue stops asking
 */
public record Watermarks(int lowBytes, int highBytes) {

    /**
     * Checks the order of the two.
     *
     * @param lowBytes where asking begins again
     * @param highBytes where asking stops
     * @throws IllegalArgumentException unless {@code 0 <= lowBytes < highBytes}
     */
    public Watermarks {
        if (lowBytes < 0 || lowBytes >= highBytes) {
            throw new IllegalArgumentException("0 <= low < high does not hold for " + lowBytes + " and " + highBytes);
        }
    }
}
