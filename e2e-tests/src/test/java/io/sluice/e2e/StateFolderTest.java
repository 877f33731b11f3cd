package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What others do to a gateway's folders on disk while it runs, and before it starts. */
final class StateFolderTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    private GatewayProcess.Launch gateway(Path state) {
        return stage.gateway("--state-dir", state.toString());
    }

    private void assertCanBeWatched(GatewayProcess gateway) {
        String key = stage.key("state");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT);
        await("the playlist")
                .atMost(Publisher.SOON)
                .until(() -> gateway.get("/watch/" + key + "/index.m3u8").statusCode() == 200);
        publisher.stop();
    }

    private static List<Path> instances(Path state) throws IOException {
        try (Stream<Path> entries = Files.list(state)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private static void remove(Path path) {
        assertThat(Tool.run(Publisher.SOON, List.of("rm", "-rf", path.toString()), Map.of())
                        .exitCode())
                .isZero();
    }

    @Test
    void aFolderThatIsDeletedIsCreatedAgainAndOneThatCannotBeIsAReasonNotToBeReady() throws IOException {
        Path state = stage.directory("state").resolve("folder");
        GatewayProcess gateway = gateway(state).start();
        remove(state);
        assertCanBeWatched(gateway);
        remove(state);
        Files.createFile(state);
        await("not ready").atMost(Publisher.SOON).until(() -> !gateway.isReady());
        assertThat(gateway.get("/health/ready").body()).contains("the state folder is not usable");
        Files.delete(state);
        await("ready again").atMost(Publisher.SOON).until(gateway::isReady);
        assertCanBeWatched(gateway);
    }

    @Test
    void gatewaysShareAFolderAndOnlyWhatIsAbandonedIsRemoved() throws IOException {
        Path state = stage.directory("state");
        Files.createDirectory(state.resolve("sluice-99999999999999999999-x"));
        GatewayProcess alive = gateway(state).start();
        GatewayProcess killed = gateway(state).start();
        killed.kill();
        killed.awaitExit(Publisher.SOON);
        assertThat(instances(state)).hasSize(3);
        GatewayProcess last = gateway(state).start();
        assertThat(instances(state)).hasSize(3);
        assertCanBeWatched(alive);
        assertCanBeWatched(last);
    }

    @Test
    void aFolderThatOthersCanUseIsRefusedWithTheRemedy() throws IOException {
        Path open =
                Files.setPosixFilePermissions(stage.directory("open"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Tool.Run run = gateway(open).runToItsEnd(Publisher.SOON);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("run chmod 700 " + open);
    }
}
