package dev.culvert.ice.internal.ports;

import java.util.Optional;
import java.util.regex.Pattern;
import org.bitlet.weupnp.GatewayDevice;
import org.bitlet.weupnp.GatewayDeviceHandler;
import org.xml.sax.SAXException;

/**
 * The service of a gateway that opens ports, as its description names it.
 *
 * @param type goes into requests as it is, so it is one of the few known ones
 * @param control where requests go
 */
record UpnpService(String type, UpnpUrl control) {
    private static final Pattern TYPE = Pattern.compile("urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:[1-9]");

    /** Reads a description; empty if it names no such service on the host that it came from. */
    static Optional<UpnpService> parse(byte[] description, UpnpUrl from) {
        GatewayDevice device = new GatewayDevice();
        try {
            RouterXml.parse(description, new GatewayDeviceHandler(device));
        } catch (SAXException e) {
            return Optional.empty();
        }
        String type = device.getServiceType();
        String control = device.getControlURL();
        if (type == null || control == null || !TYPE.matcher(type).matches()) {
            return Optional.empty();
        }
        String base = device.getURLBase();
        Optional<UpnpUrl> start = base == null ? Optional.of(from) : from.resolve(base);
        return start.flatMap(url -> url.resolve(control)).map(url -> new UpnpService(type, url));
    }
}
