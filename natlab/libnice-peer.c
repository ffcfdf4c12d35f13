/*
 * A rival: one libnice agent after another, each with one stream and one component, on a host of the laboratory. Obeys
 * the same lines as PeerProcess, and answers each with one line. All is at libnice's defaults but for these: no TCP
 * candidates and no UPnP, as what is compared is UDP through the NATs as they are.
 *
 *     gather STUN,... TURN,... USER PASSWORD MILLISECONDS      description HEX | failed WHY
 *     connect CONTROLLING|CONTROLLED MILLISECONDS HEX          connected LOCAL REMOTE NANOSECONDS TIER | failed WHY
 *     send WORD                                                sent STATUS
 *     receive MILLISECONDS                                     received WORD | received nothing
 *
 * Connected is the component's state CONNECTED or READY, whichever comes first: from then on an app can send.
 */
#include <nice/agent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEDIA "application"
#define MAX_WORD 1200

enum doing { NOTHING, GATHERING, CONNECTING, RECEIVING };

struct peer {
    GMainLoop *loop;
    NiceAgent *agent;
    guint stream;
    enum doing doing;
    guint timer; /* ends what is being done */
    gint64 start_us;
    GQueue words; /* received and not asked for yet */
};

static void answer(struct peer *peer, const char *line)
{
    if (peer->timer != 0)
        g_source_remove(peer->timer);
    peer->timer = 0;
    peer->doing = NOTHING;
    puts(line);
    fflush(stdout);
}

/* ---- hexadecimal digits */

static gchar *to_hex(const gchar *text)
{
    GString *hex = g_string_new(NULL);

    for (; *text != '\0'; text++)
        g_string_append_printf(hex, "%02x", (guchar)*text);
    return g_string_free(hex, FALSE);
}

static gchar *from_hex(const gchar *hex)
{
    GString *text = g_string_new(NULL);

    for (; g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]); hex += 2)
        g_string_append_c(text, (gchar)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])));
    return g_string_free(text, FALSE);
}

/* ---- what libnice tells */

static void describe(struct peer *peer)
{
    gchar *sdp = nice_agent_generate_local_sdp(peer->agent);
    gchar *hex = to_hex(sdp);
    gchar *line = g_strconcat("description ", hex, NULL);

    answer(peer, line);
    g_free(line);
    g_free(hex);
    g_free(sdp);
}

static void on_gathered(NiceAgent *agent, guint stream, gpointer data)
{
    struct peer *peer = data;

    (void)stream;
    if (peer->doing == GATHERING && agent == peer->agent)
        describe(peer);
}

static const char *type_of(const NiceCandidate *candidate)
{
    switch (candidate->type) {
    case NICE_CANDIDATE_TYPE_HOST:
        return "host";
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
        return "srflx";
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
        return "prflx";
    default:
        return "relay";
    }
}

static const char *tier_of(const char *local, const char *remote)
{
    if (strcmp(local, "relay") == 0 || strcmp(remote, "relay") == 0)
        return "RELAY";
    return strcmp(local, "host") == 0 && strcmp(remote, "host") == 0 ? "DIRECT" : "ICE";
}

static void on_state(NiceAgent *agent, guint stream, guint component, guint state, gpointer data)
{
    struct peer *peer = data;
    gint64 now_us = g_get_monotonic_time();
    NiceCandidate *local = NULL, *remote = NULL;
    char line[128];

    if (peer->doing != CONNECTING || agent != peer->agent)
        return;
    if (state != NICE_COMPONENT_STATE_CONNECTED && state != NICE_COMPONENT_STATE_READY)
        return;
    if (!nice_agent_get_selected_pair(agent, stream, component, &local, &remote))
        return;
    snprintf(line, sizeof line, "connected %s %s %" G_GINT64_FORMAT " %s", type_of(local), type_of(remote),
             (now_us - peer->start_us) * 1000, tier_of(type_of(local), type_of(remote)));
    answer(peer, line);
}

static void give_word(struct peer *peer, gchar *word)
{
    gchar *line = g_strconcat("received ", word, NULL);

    answer(peer, line);
    g_free(line);
    g_free(word);
}

static void on_data(NiceAgent *agent, guint stream, guint component, guint length, gchar *bytes, gpointer data)
{
    struct peer *peer = data;

    (void)stream, (void)component;
    if (agent != peer->agent || length > MAX_WORD)
        return;
    gchar *word = g_strndup(bytes, length);
    if (peer->doing == RECEIVING)
        give_word(peer, word);
    else
        g_queue_push_tail(&peer->words, word);
}

static gboolean on_timeout(gpointer data)
{
    struct peer *peer = data;

    peer->timer = 0;
    switch (peer->doing) {
    case GATHERING:
        describe(peer);
        break;
    case CONNECTING:
        answer(peer, "failed libnice has no pair within the time");
        break;
    case RECEIVING:
        answer(peer, "received nothing");
        break;
    case NOTHING:
        break;
    }
    return G_SOURCE_REMOVE;
}

/* ---- what it is told */

static void begin(struct peer *peer, enum doing what, const char *milliseconds)
{
    peer->doing = what;
    peer->timer = g_timeout_add((guint)atoi(milliseconds), on_timeout, peer);
}

static void add_relays(struct peer *peer, const gchar *list, const gchar *user, const gchar *password)
{
    gchar **uris = g_strsplit(list, ",", -1);

    for (int i = 0; uris[i] != NULL; i++) {
        char host[64];
        unsigned port;
        NiceRelayType type = strstr(uris[i], "transport=tcp") ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP;

        if (sscanf(uris[i], "turn:%63[^:]:%u", host, &port) == 2)
            nice_agent_set_relay_info(peer->agent, peer->stream, 1, host, port, user, password, type);
    }
    g_strfreev(uris);
}

static void on_closed(GObject *agent, GAsyncResult *result, gpointer data)
{
    (void)result, (void)data;
    g_object_unref(agent);
}

/* Its relays are given back meanwhile, beside the next agent. */
static void end_agent(struct peer *peer)
{
    if (peer->agent != NULL)
        nice_agent_close_async(peer->agent, on_closed, NULL);
    peer->agent = NULL;
}

static void gather(struct peer *peer, gchar **words)
{
    char host[64];
    unsigned port;
    GMainContext *context = g_main_loop_get_context(peer->loop);

    end_agent(peer);
    g_queue_clear_full(&peer->words, g_free);
    peer->agent = nice_agent_new_full(context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_NONE);
    g_object_set(peer->agent, "ice-tcp", FALSE, "upnp", FALSE, NULL);
    /* It takes one STUN server only. */
    if (sscanf(words[1], "%63[^:]:%u", host, &port) == 2)
        g_object_set(peer->agent, "stun-server", host, "stun-server-port", port, NULL);
    peer->stream = nice_agent_add_stream(peer->agent, 1);
    nice_agent_set_stream_name(peer->agent, peer->stream, MEDIA);
    add_relays(peer, words[2], words[3], words[4]);
    g_signal_connect(peer->agent, "candidate-gathering-done", G_CALLBACK(on_gathered), peer);
    g_signal_connect(peer->agent, "component-state-changed", G_CALLBACK(on_state), peer);
    nice_agent_attach_recv(peer->agent, peer->stream, 1, context, on_data, peer);
    begin(peer, GATHERING, words[5]);
    if (!nice_agent_gather_candidates(peer->agent, peer->stream))
        answer(peer, "failed libnice has no candidates");
}

static void connect_peer(struct peer *peer, gchar **words)
{
    peer->start_us = g_get_monotonic_time();
    begin(peer, CONNECTING, words[2]);
    g_object_set(peer->agent, "controlling-mode", strcmp(words[1], "CONTROLLING") == 0, NULL);
    gchar *sdp = from_hex(words[3]);
    if (nice_agent_parse_remote_sdp(peer->agent, sdp) < 0)
        answer(peer, "failed libnice does not take the description");
    g_free(sdp);
}

static void send_word(struct peer *peer, const gchar *word)
{
    gint sent = nice_agent_send(peer->agent, peer->stream, 1, (guint)strlen(word), word);

    answer(peer, sent > 0 ? "sent SENT" : "sent FAILED");
}

static void obey(struct peer *peer, gchar **words)
{
    guint count = g_strv_length(words);

    if (count == 6 && strcmp(words[0], "gather") == 0) {
        gather(peer, words);
    } else if (peer->agent != NULL && count == 4 && strcmp(words[0], "connect") == 0) {
        connect_peer(peer, words);
    } else if (peer->agent != NULL && count == 2 && strcmp(words[0], "send") == 0) {
        send_word(peer, words[1]);
    } else if (count == 2 && strcmp(words[0], "receive") == 0) {
        if (g_queue_is_empty(&peer->words))
            begin(peer, RECEIVING, words[1]);
        else
            give_word(peer, g_queue_pop_head(&peer->words));
    } else {
        fprintf(stderr, "libnice-peer: no such command: %s\n", words[0]);
        g_main_loop_quit(peer->loop);
    }
}

static gboolean on_input(GIOChannel *in, GIOCondition condition, gpointer data)
{
    struct peer *peer = data;
    gchar *line = NULL;

    (void)condition;
    GIOStatus status = g_io_channel_read_line(in, &line, NULL, NULL, NULL);
    if (status == G_IO_STATUS_AGAIN)
        return G_SOURCE_CONTINUE;
    if (status != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(peer->loop);
        return G_SOURCE_REMOVE;
    }
    gchar **words = g_strsplit(g_strchomp(line), " ", -1);
    obey(peer, words);
    g_strfreev(words);
    g_free(line);
    return G_SOURCE_CONTINUE;
}

int main(void)
{
    static struct peer peer;
    GIOChannel *in = g_io_channel_unix_new(0);

    g_io_channel_set_encoding(in, NULL, NULL);
    peer.loop = g_main_loop_new(NULL, FALSE);
    g_queue_init(&peer.words);
    g_io_add_watch(in, G_IO_IN | G_IO_HUP, on_input, &peer);
    answer(&peer, "ready");
    g_main_loop_run(peer.loop);
    g_clear_object(&peer.agent);
    return 0;
}
