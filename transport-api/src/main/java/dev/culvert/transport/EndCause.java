package dev.culvert.transport;

/** Why a connection, or the attempt at one, is over. */
public enum EndCause {
    /** This side closed it: the connection, its contact or the whole transport. */
    CLOSED_HERE,
    /** The other side closed it in good order. */
    CLOSED_BY_PEER,
    /** A newer connection to the same peer took its place. */
    REPLACED,
    /** The other side owed us word and sent nothing authentic for too long. */
    SILENT,
    /** ICE found that the path carries nothing any more, or lost its socket. */
    PATH_FAILED,
    /** It did not come up in its time: as a rule the peer is away, or does not know us. */
    TIMED_OUT,
    /** No pair of candidates works, or there were no candidates. */
    NO_PATH,
    /** The signal to or from the peer could not be published or used. */
    SIGNALLING_FAILED,
    /** The handshake failed: another key than the peer's, or another version. */
    REFUSED,
    /** The other side did not keep to the protocol, or says that we did not. */
    PROTOCOL_ERROR,
    /** A message could not be kept on this side, so that it and those after it have to come again. */
    LOCAL_FAILURE,
    /** The sweep found it: it was over and nobody had said so. A defect of Culvert's, worth a report. */
    SWEPT
}
