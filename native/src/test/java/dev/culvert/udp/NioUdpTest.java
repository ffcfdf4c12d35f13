package dev.culvert.udp;

import java.io.IOException;

/** The twin keeps the contract. */
class NioUdpTest extends UdpContract {
    @Override
    UdpPoller newPoller() throws IOException {
        return new NioUdpPoller();
    }
}
