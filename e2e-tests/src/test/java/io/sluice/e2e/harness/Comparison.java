package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

/**
 * Two who are live at the same time on the same machine, one on the gateway that is attacked and one on a gateway that
 * nobody attacks. What the attackers' own work costs the machine, both of them pay; what only the first one pays is the
 * gateway's fault.
 *
 * @param attacked on the gateway in question
 * @param elsewhere on the other
 */
public record Comparison(Bystander attacked, Bystander elsewhere) {

    /**
     * How many times as long as elsewhere nine out of ten answers may take: a factor that no noise reaches, and any
     * queue does.
     */
    private static final int WORSE_BY = 10;

    /** Below this a comparison only compares how the kernel shares out its processors. */
    private static final Duration TIME_SLICE = Duration.ofMillis(20);

    /** Returns when both are live. */
    public static Comparison live(Stage stage, NginxReceiver receiver, GatewayProcess gateway) {
        GatewayProcess calm =
                stage.gateway("--publish", receiver.publishUrl()).jvm("-Xmx48m").start();
        return new Comparison(
                Bystander.live(gateway, receiver, stage.key("attacked")),
                Bystander.live(calm, receiver, stage.key("elsewhere")));
    }

    /**
     * Waits for the end of both: the attacked stream must have arrived whole, and have been answered about as soon as
     * the other.
     */
    public void assertNotDisturbed() {
        attacked.assertUndisturbed();
        elsewhere.assertUndisturbed();
        Duration usual = mostWaits(elsewhere);
        Duration bound = usual.plus(TIME_SLICE);
        assertThat(mostWaits(attacked))
                .as("nine out of ten waits, while elsewhere they take %s", usual)
                .isLessThan(bound.multipliedBy(WORSE_BY));
    }

    private static Duration mostWaits(Bystander bystander) {
        List<Duration> waits = bystander.waits();
        return waits.get(waits.size() * 9 / 10);
    }
}
