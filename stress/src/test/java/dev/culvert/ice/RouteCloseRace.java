package dev.culvert.ice;

import java.net.InetSocketAddress;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** An address proves itself while its context is closed: no route stays behind. */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "no route")
@Outcome(id = "true", expect = Expect.FORBIDDEN, desc = "a route outlived its context")
@State
public class RouteCloseRace {
    private final ContextRoutes routes = new ContextRoutes(Race.CONTEXT, new ContextTable());
    private final InetSocketAddress remote = Race.newRemote();

    @Actor
    public void validate() {
        routes.validate(Race.ENDPOINT.socket(Race.LOCAL), remote, true);
    }

    @Actor
    public void close() {
        routes.close();
    }

    @Arbiter
    public void arbiter(Z_Result result) {
        EndpointSocket socket = Race.ENDPOINT.socket(Race.LOCAL);
        result.r1 = socket.route(remote) != null;
        socket.release(remote, Race.CONTEXT);
    }
}
