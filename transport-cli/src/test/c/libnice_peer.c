/*
 * The far end of LibniceInteropTest: one libnice agent with one stream, signalling on stdin and stdout, all else on
 * stderr. Once connected it sends numbered datagrams, sends back every datagram of the other side, and counts.
 *
 *   libnice_peer offer|answer trickle|whole aggressive|regular ADDRESS COUNT SECONDS
 *
 * The offerer is controlling. Exit status: 0 when COUNT datagrams came back and COUNT of the other side arrived, 1
 * when not, or when it takes longer than SECONDS; 2 for wrong usage.
 */
#include <nice/agent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEDIA "application"
#define OWN "nice "
#define MAX_COUNT 10000
#define MAX_TEXT 131072
/* Longer than the other side takes to see that all is done. */
#define QUIET_MS 400

typedef struct {
    GMainLoop *loop;
    NiceAgent *agent;
    guint stream;
    gboolean offer, trickle;
    gboolean gathering, described; /* the local description: begun, written */
    gboolean remote_known;         /* the remote description has been read */
    GString *remote;               /* its lines so far */
    int count, sent, returned, received;
    GQueue echoes; /* GBytes to send back once libnice has a pair: the other side may have one earlier */
    gboolean seen[MAX_COUNT];
    gint64 signalled_us, connected_us, last_receipt_us;
    int status;
} Peer;

static void finish(Peer *peer, int status, const char *why) {
    peer->status = status;
    fprintf(stderr, "libnice: %s; sent %d, returned %d, received %d\n", why, peer->sent, peer->returned,
            peer->received);
    g_main_loop_quit(peer->loop);
}

static void say(const char *line) {
    printf("%s\r\n", line);
    fflush(stdout);
}

/* ---- what goes out */

static void describe_in_part(Peer *peer) {
    gchar *ufrag = NULL, *password = NULL;
    nice_agent_get_local_credentials(peer->agent, peer->stream, &ufrag, &password);
    printf("m=" MEDIA " 9 ICE/SDP\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", ufrag, password);
    printf("a=ice-options:trickle\r\n\r\n");
    fflush(stdout);
    g_free(ufrag);
    g_free(password);
    peer->described = TRUE;
}

static void on_candidate(NiceAgent *agent, NiceCandidate *candidate, gpointer data) {
    Peer *peer = data;
    if (!peer->trickle)
        return;
    gchar *line = nice_agent_generate_local_candidate_sdp(agent, candidate);
    say(line);
    g_free(line);
}

static void on_gathered(NiceAgent *agent, guint stream, gpointer data) {
    Peer *peer = data;
    (void)stream;
    if (!peer->described) {
        gchar *sdp = nice_agent_generate_local_sdp(agent);
        printf("%s", sdp);
        g_free(sdp);
        peer->described = TRUE;
    }
    say("a=end-of-candidates");
}

static gboolean gather(Peer *peer) {
    peer->gathering = TRUE;
    if (peer->trickle)
        describe_in_part(peer);
    return nice_agent_gather_candidates(peer->agent, peer->stream);
}

/* ---- what comes in */

static void take_description(Peer *peer) {
    if (nice_agent_parse_remote_sdp(peer->agent, peer->remote->str) < 0) {
        finish(peer, 1, "libnice does not take the description");
        return;
    }
    peer->remote_known = TRUE;
    peer->signalled_us = g_get_monotonic_time();
    if (!peer->gathering && !gather(peer))
        finish(peer, 1, "no candidates");
}

static void take_candidate(Peer *peer, const char *line) {
    NiceCandidate *candidate = nice_agent_parse_remote_candidate_sdp(peer->agent, peer->stream, line);
    if (candidate == NULL) {
        finish(peer, 1, "libnice does not take a candidate");
        return;
    }
    GSList *list = g_slist_append(NULL, candidate);
    if (nice_agent_set_remote_candidates(peer->agent, peer->stream, 1, list) < 0)
        finish(peer, 1, "libnice does not add a candidate");
    g_slist_free_full(list, (GDestroyNotify)nice_candidate_free);
}

/* A description ends with an empty line or with its candidates; single candidates may follow it. */
static void take_line(Peer *peer, const char *line) {
    gboolean end = strcmp(line, "a=end-of-candidates") == 0;
    if (peer->remote_known && g_str_has_prefix(line, "a=candidate:")) {
        take_candidate(peer, line);
    } else if (!peer->remote_known && *line != '\0' && peer->remote->len < MAX_TEXT) {
        g_string_append_printf(peer->remote, "%s\n", line);
    }
    if (!peer->remote_known && (end || (*line == '\0' && peer->remote->len > 0)))
        take_description(peer);
    if (end)
        nice_agent_peer_candidate_gathering_done(peer->agent, peer->stream);
}

static gboolean on_input(GIOChannel *in, GIOCondition condition, gpointer data) {
    Peer *peer = data;
    gchar *line = NULL;
    (void)condition;
    GIOStatus status;
    while ((status = g_io_channel_read_line(in, &line, NULL, NULL, NULL)) == G_IO_STATUS_NORMAL) {
        take_line(peer, g_strchomp(line));
        g_free(line);
    }
    if (status == G_IO_STATUS_AGAIN)
        return G_SOURCE_CONTINUE;
    if (!peer->remote_known)
        finish(peer, 1, "the input ended before the description");
    return G_SOURCE_REMOVE;
}

/* ---- data */

static void on_data(NiceAgent *agent, guint stream, guint component, guint length, gchar *bytes, gpointer data) {
    Peer *peer = data;
    (void)agent, (void)stream, (void)component;
    peer->last_receipt_us = g_get_monotonic_time();
    if (length < strlen(OWN) || memcmp(bytes, OWN, strlen(OWN)) != 0) {
        peer->received++;
        g_queue_push_tail(&peer->echoes, g_bytes_new(bytes, length));
        return;
    }
    gchar *text = g_strndup(bytes, length);
    int number = atoi(text + strlen(OWN));
    g_free(text);
    if (number >= 1 && number <= peer->count && !peer->seen[number - 1]) {
        peer->seen[number - 1] = TRUE;
        peer->returned++;
    }
}

static void send_back(Peer *peer) {
    GBytes *echo;
    while ((echo = g_queue_pop_head(&peer->echoes)) != NULL) {
        gsize length;
        const gchar *bytes = g_bytes_get_data(echo, &length);
        if (nice_agent_send(peer->agent, peer->stream, 1, (guint)length, bytes) < 0)
            fprintf(stderr, "libnice: not sent back\n");
        g_bytes_unref(echo);
    }
}

static gboolean on_tick(gpointer data) {
    Peer *peer = data;
    if (peer->connected_us == 0)
        return G_SOURCE_CONTINUE;
    send_back(peer);
    if (peer->sent < peer->count) {
        char text[32];
        int length = snprintf(text, sizeof text, OWN "%d", ++peer->sent);
        if (nice_agent_send(peer->agent, peer->stream, 1, (guint)length, text) < 0)
            finish(peer, 1, "libnice does not send");
        return G_SOURCE_CONTINUE;
    }
    gboolean all = peer->returned == peer->count && peer->received >= peer->count;
    if (all && g_get_monotonic_time() - peer->last_receipt_us > QUIET_MS * 1000)
        finish(peer, 0, "done");
    return G_SOURCE_CONTINUE;
}

static void tell_pair(Peer *peer) {
    NiceCandidate *local = NULL, *remote = NULL;
    if (!nice_agent_get_selected_pair(peer->agent, peer->stream, 1, &local, &remote))
        return;
    char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
    nice_address_to_string(&local->addr, from);
    nice_address_to_string(&remote->addr, to);
    fprintf(stderr, "libnice: connected in %.1f ms, %s %u -> %s %u\n",
            (double)(peer->connected_us - peer->signalled_us) / 1000, from, nice_address_get_port(&local->addr), to,
            nice_address_get_port(&remote->addr));
}

static void on_state(NiceAgent *agent, guint stream, guint component, guint state, gpointer data) {
    Peer *peer = data;
    (void)agent, (void)stream, (void)component;
    if (state == NICE_COMPONENT_STATE_READY && peer->connected_us == 0) {
        peer->connected_us = g_get_monotonic_time();
        tell_pair(peer);
    } else if (state == NICE_COMPONENT_STATE_FAILED) {
        finish(peer, 1, "libnice failed");
    }
}

static gboolean on_timeout(gpointer data) {
    finish(data, 1, "out of time");
    return G_SOURCE_REMOVE;
}

/* ---- set-up */

static gboolean open_agent(Peer *peer, gboolean regular, const char *address) {
    NiceAgentOption options = peer->trickle ? NICE_AGENT_OPTION_ICE_TRICKLE : NICE_AGENT_OPTION_NONE;
    NiceAddress local;
    if (regular)
        options |= NICE_AGENT_OPTION_REGULAR_NOMINATION;
    nice_address_init(&local);
    if (!nice_address_set_from_string(&local, address))
        return FALSE;
    GMainContext *context = g_main_loop_get_context(peer->loop);
    peer->agent = nice_agent_new_full(context, NICE_COMPATIBILITY_RFC5245, options);
    g_object_set(peer->agent, "controlling-mode", peer->offer, "ice-tcp", FALSE, "upnp", FALSE, NULL);
    nice_agent_add_local_address(peer->agent, &local);
    peer->stream = nice_agent_add_stream(peer->agent, 1);
    nice_agent_set_stream_name(peer->agent, peer->stream, MEDIA);
    g_signal_connect(peer->agent, "new-candidate-full", G_CALLBACK(on_candidate), peer);
    g_signal_connect(peer->agent, "candidate-gathering-done", G_CALLBACK(on_gathered), peer);
    g_signal_connect(peer->agent, "component-state-changed", G_CALLBACK(on_state), peer);
    return nice_agent_attach_recv(peer->agent, peer->stream, 1, context, on_data, peer);
}

static gboolean one_of(const char *word, const char *first, const char *second) {
    return strcmp(word, first) == 0 || strcmp(word, second) == 0;
}

static void run(Peer *peer, guint seconds) {
    GIOChannel *in = g_io_channel_unix_new(0);
    g_io_channel_set_encoding(in, NULL, NULL);
    g_io_channel_set_flags(in, G_IO_FLAG_NONBLOCK, NULL);
    g_io_add_watch(in, G_IO_IN | G_IO_HUP, on_input, peer);
    g_timeout_add(1, on_tick, peer);
    g_timeout_add_seconds(seconds, on_timeout, peer);
    if (peer->offer && !gather(peer))
        peer->status = 1;
    else
        g_main_loop_run(peer->loop);
    g_io_channel_unref(in);
}

int main(int argc, char **argv) {
    static Peer peer;
    g_log_writer_default_set_use_stderr(TRUE); /* with G_MESSAGES_DEBUG=all libnice tells much */
    peer.count = argc == 7 ? atoi(argv[5]) : 0;
    int seconds = argc == 7 ? atoi(argv[6]) : 0;
    if (peer.count < 1 || peer.count > MAX_COUNT || seconds < 1 || !one_of(argv[1], "offer", "answer") ||
        !one_of(argv[2], "trickle", "whole") || !one_of(argv[3], "aggressive", "regular")) {
        fprintf(stderr, "usage: libnice_peer offer|answer trickle|whole aggressive|regular ADDRESS COUNT SECONDS\n");
        return 2;
    }
    peer.offer = strcmp(argv[1], "offer") == 0;
    peer.trickle = strcmp(argv[2], "trickle") == 0;
    peer.remote = g_string_new(NULL);
    g_queue_init(&peer.echoes);
    peer.loop = g_main_loop_new(NULL, FALSE);
    if (open_agent(&peer, strcmp(argv[3], "regular") == 0, argv[4]))
        run(&peer, (guint)seconds);
    else
        peer.status = 2;
    g_clear_object(&peer.agent);
    g_main_loop_unref(peer.loop);
    g_string_free(peer.remote, TRUE);
    g_queue_clear_full(&peer.echoes, (GDestroyNotify)g_bytes_unref);
    return peer.status;
}
