package io.sluice.gateway.session;

import io.sluice.gateway.admission.Admission.Ticket;
import io.sluice.gateway.session.SessionRegistry.Lease;

/**
 * What a stream holds while it runs, and its session releases once nothing of it runs any more.
 *
 * @param ticket the place that admission gave
 * @param permit the permission to publish
 * @param lease the exclusive right to the stream key
 */
record Reservation(Ticket ticket, Permit permit, Lease lease) {}
