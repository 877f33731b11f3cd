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
 * Reloads the configuration at SIGHUP, and when its file has changed. A file that is still being written is ignored
 * until two consecutive checks see the same state. A configuration with errors changes nothing. Works on a thread of
 * its own.
 */
final class ConfigReloader {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigReloader.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    private final ConfigSources sources;
    private final GatewayServer server;
    private final @Nullable Path path;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sluice-config");
        thread.setDaemon(true);
        return thread;
    });
    private LoadedConfig running;
    private @Nullable FileStamp loaded;
    private @Nullable FileStamp lastSeen;
    private volatile boolean isStale;

    private ConfigReloader(ConfigSources sources, LoadedConfig running, GatewayServer server) {
        this.sources = sources;
        this.server = server;
        this.running = running;
        this.path = running.command().config().file();
        this.loaded = running.file() == null ? null : running.file().stamp();
        this.lastSeen = loaded;
    }

    /** Starts to react to SIGHUP and to changes of the file. */
    static void start(ConfigSources sources, LoadedConfig running, GatewayServer server) {
        ConfigReloader reloader = new ConfigReloader(sources, running, server);
        if (!Signals.on("HUP", () -> reloader.executor.execute(reloader::onSignal))) {
            LOG.info("SIGHUP is not available, as under nohup; changes of the configuration file are still picked up");
        }
        AdminListener admin = running.admin();
        if (admin != null) {
            admin.meters().watchConfig(() -> reloader.isStale);
        }
        if (reloader.path != null) {
            long millis = CHECK_INTERVAL.toMillis();
            reloader.executor.scheduleWithFixedDelay(reloader::checkFile, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void onSignal() {
        if (path == null) {
            LOG.info("SIGHUP: nothing to reload, because there is no --config file; flags and variables are fixed");
            return;
        }
        LOG.info("SIGHUP: reloading {}", path);
        reload();
    }

    private void checkFile() {
        FileStamp now = stamp();
        boolean isStable = Objects.equals(now, lastSeen);
        lastSeen = now;
        if (isStable && !Objects.equals(now, loaded)) {
            LOG.info("{} has changed; reloading", path);
            reload();
        }
    }

    /** Null while the file cannot be inspected: a state like others, which is logged once. */
    private @Nullable FileStamp stamp() {
        try {
            return FileStamp.of(Objects.requireNonNull(path));
        } catch (IOException e) {
            return null;
        }
    }

    private void reload() {
        try {
            loaded = stamp();
            LoadedConfig next = running.reload(sources);
            next.warnings().stream()
                    .filter(warning -> !running.warnings().contains(warning))
                    .forEach(LOG::warn);
            if (next.faults().isEmpty()) {
                server.apply(next.server());
                LogSetup.changeLevel(next.command().log().level());
                log(next.changes());
                running = next;
                isStale = false;
            } else {
                isStale = true;
                next.faults().forEach(LOG::error);
                LOG.error(
                        "Configuration rejected with {}; the previous one stays active.",
                        next.faults().size() == 1 ? "1 error" : next.faults().size() + " errors");
            }
        } catch (RuntimeException e) {
            isStale = true;
            LOG.error("Reloading the configuration failed; the previous one stays active", e);
        }
    }

    private static void log(ConfigChanges changes) {
        changes.restartRequired()
                .forEach(name -> LOG.warn("{} requires a restart; the current value stays active", name));
        if (changes.applied().isEmpty()) {
            LOG.info("Configuration reloaded: no changes apply");
        } else {
            LOG.info("Configuration reloaded: {} apply to new streams", String.join(", ", changes.applied()));
        }
    }
}
