package io.sluice.gateway.session;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.delivery.OutputRules;
import io.sluice.gateway.delivery.OutputRules.Require;

/**
 * A permission to publish.
 *
 * @param request what was asked for, with the stream key under which it was allowed
 * @param terms the authorizer's terms
 */
record Permit(PublishRequest request, Authorization.Allowed terms) {

    /** The gateway's limit, or the authorizer's if that is lower. */
    long maxBitsPerSecond(SessionLimits limits) {
        Integer own = terms.maxBitsPerSecond();
        long most = limits.rates().bitsPerSecond();
        return own == null ? most : Math.min(own, most);
    }

    /** The gateway's rules, with the authorizer's word on which outputs the stream needs. */
    OutputRules outputRules(SessionLimits limits) {
        Boolean all = terms.requireAllOutputs();
        return all == null ? limits.outputs() : limits.outputs().requiring(all ? Require.ALL : Require.ANY);
    }
}
