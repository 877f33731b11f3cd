package io.sluice.gateway.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.gateway.admission.DescriptorLedger.Room;

/**
 * What a connection may be used for. One that may not be used for everything has one request.
 *
 * @param room what is left for it
 * @param status what other requests are answered with
 * @param message the body of that answer
 */
record Admittance(Room room, HttpResponseStatus status, String message) {

    /** The connection may be used for everything. */
    static final Admittance FREE = new Admittance(Room.ANY, HttpResponseStatus.OK, "");

    private static final String HEALTH = "/health";

    static Admittance full(Room room) {
        return new Admittance(
                room,
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "The gateway has reached its limit of connections; try again later.\n");
    }

    static Admittance tooManyFromAddress(int max) {
        return new Admittance(
                Room.HEALTH,
                HttpResponseStatus.TOO_MANY_REQUESTS,
                "Your address already has the maximum of " + max + " connections; try again later.\n");
    }

    boolean isRestricted() {
        return room != Room.ANY;
    }

    boolean allows(HttpRequest request) {
        return switch (room) {
            case ANY -> true;
            case STREAMS -> isHealth(request) || isUpgrade(request);
            default -> isHealth(request);
        };
    }

    private static boolean isHealth(HttpRequest request) {
        return request.uri().startsWith(HEALTH);
    }

    private static boolean isUpgrade(HttpRequest request) {
        return request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }
}
