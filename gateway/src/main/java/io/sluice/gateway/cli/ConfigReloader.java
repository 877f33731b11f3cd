package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.ConfigChanges;
import io.sluice.gateway.cli.config.ConfigSources;
import io.sluice.gateway.files.FileStamp;
import io.sluice.gateway.server.AdminListener;
import io.sluice.gateway.server.GatewayServer;
import io.sluice.gateway.server.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again at SIGHUP, and when its file has changed and rests: one that is still being written is left alone until
 * two looks have found it the same. What is wrong changes nothing, and is told. Works on a thread of its own.
 */
public final class ConfigReloader {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigReloader.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ConfigSources sources;
    private final GatewayServer server;
    private final @Nullable Path path;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "sluice-config");
        made.setDaemon(true);
        return made;
    });
    private LoadedConfig running;
    private @Nullable FileStamp read;
    private @Nullable FileStamp seen;
    private volatile boolean stale;

    private ConfigReloader(ConfigSources sources, LoadedConfig running, GatewayServer server) {
        this.sources = sources;
        this.server = server;
        this.running = running;
        this.path = running.command().config().file();
        this.read = running.file() == null ? null : running.file().stamp();
        this.seen = read;
    }

    /** Begins to listen and to look. */
    public static void follow(ConfigSources sources, LoadedConfig running, GatewayServer server) {
        ConfigReloader reload = new ConfigReloader(sources, running, server);
        if (!Signals.on("HUP", () -> reload.thread.execute(reload::atSignal))) {
            LOG.info("SIGHUP is not heard, as under nohup; the configuration file is followed without it");
        }
        AdminListener operators = running.operators();
        if (operators != null) {
            operators.meters().watch(() -> reload.stale);
        }
        if (reload.path != null) {
            reload.thread.scheduleWithFixedDelay(reload::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void atSignal() {
        LOG.info(
                "SIGHUP: {}",
                path == null
                        ? "there is no --config to read again; flags and variables stay what they are, and files of keys and certificates are followed without a signal"
                        : "reading " + path + " again");
        readAgain();
    }

    private void look() {
        FileStamp now = stamp();
        boolean rests = Objects.equals(now, seen);
        seen = now;
        if (rests && !Objects.equals(now, read)) {
            LOG.info("{} has changed: reading it again", path);
            readAgain();
        }
    }

    /** Null while it cannot be looked at, which is a state like others, and is told once. */
    private @Nullable FileStamp stamp() {
        try {
            return FileStamp.of(Objects.requireNonNull(path));
        } catch (IOException e) {
            return null;
        }
    }

    private void readAgain() {
        try {
            read = path == null ? null : stamp();
            LoadedConfig next = running.again(sources);
            if (next.faults().isEmpty()) {
                server.apply(next.server());
                LogLevel.change(next.command().logLevel());
                tell(next.changes());
                running = next;
                stale = false;
            } else {
                stale = true;
                next.faults().forEach(fault -> LOG.error("{}", fault));
                LOG.error(
                        "Nothing of the new configuration holds: {} to mend. The gateway runs with the one before, which is older than the file.",
                        next.faults().size());
            }
        } catch (RuntimeException e) {
            stale = true;
            LOG.error("The configuration could not be read again, and stays as it was", e);
        }
    }

    private static void tell(ConfigChanges changes) {
        changes.waiting().forEach(name -> LOG.warn("{} needs a restart: it stays as it was", name));
        if (changes.live().isEmpty()) {
            LOG.info("Configuration read again: nothing changes");
        } else {
            LOG.info(
                    "Configuration read again: {} for the streams that begin from now on",
                    String.join(", ", changes.live()));
        }
    }
}
