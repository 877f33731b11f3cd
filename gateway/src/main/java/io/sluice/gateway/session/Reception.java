package io.sluice.gateway.session;

import io.sluice.protocol.Failure;
import io.sluice.protocol.Open;
import io.sluice.protocol.Resume;
import io.sluice.protocol.ServerMessage;
import java.util.Optional;

/**
 * Leads a connection whose first message is {@code resume} to the session that it belongs to; or, if there is none, to
 * the last word of the one that there was, to a new stream, or to a refusal. Confined to the connection's event loop.
 *
 * <p>A wrong token leads where an unknown session does: whether there is one is nobody else's business.
 */
final class Reception {

    private final SessionContext context;
    private final ClientConnection connection;
    private final Desk desk;
    private boolean asked;

    /** The session that greeted the connection. */
    interface Desk {

        /** Whether the connection is still there, and nothing has become of it. */
        boolean isOpen();

        /** Ends this session without a word: the connection is another's, or has had its last word. */
        void leave();

        /** Begins a new stream for the recording that the client goes on with. */
        void beginAnew(Open open);

        void refuse(Failure failure);
    }

    Reception(SessionContext context, ClientConnection connection, Desk desk) {
        this.context = context;
        this.connection = connection;
        this.desk = desk;
    }

    /** Whether the first message was {@code resume}. */
    boolean hasAsked() {
        return asked;
    }

    void resume(Resume resume) {
        asked = true;
        ResumeToken token = ResumeToken.of(resume.token());
        TakeOver.Claim claim = new TakeOver.Claim(resume.token(), resume.keptFromByte(), resume.sentBytes());
        TakeOver takeOver = new TakeOver(connection, token, claim, new TakeOver.Greeter() {
            @Override
            public boolean handOver() {
                boolean open = desk.isOpen();
                if (open) {
                    desk.leave();
                }
                return open;
            }

            @Override
            public void notFound() {
                if (desk.isOpen()) {
                    otherwise(resume, token);
                }
            }
        });
        context.streams()
                .resumable(resume.sessionId(), token)
                .ifPresentOrElse(session -> session.takeOver(takeOver), () -> otherwise(resume, token));
    }

    private void otherwise(Resume resume, ResumeToken token) {
        Optional<ServerMessage> lastWord = context.streams().lastWord(token);
        Open open = resume.open();
        if (lastWord.isPresent()) {
            connection.send(lastWord.get());
            desk.leave();
        } else if (open != null) {
            desk.beginAnew(open);
        } else {
            desk.refuse(context.admission()
                    .requestTicket(connection.peer().internetAddress())
                    .fold(
                            ticket -> {
                                ticket.release();
                                return SessionFailures.resumeUnknown();
                            },
                            tooMany -> tooMany));
        }
    }
}
