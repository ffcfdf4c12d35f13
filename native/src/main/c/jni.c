/*
 * The calls that every datagram costs, under the names by which the JVM itself binds the native methods of
 * dev.culvert.udp.DatagramCalls: a call through JNA takes as long as a fiftieth of a send, this one next to nothing. The
 * JVM passes its environment and the class first; who takes integers alone needs neither, and not jni.h either.
 */
#include "culvert.h"

#define NAMED(name) Java_dev_culvert_udp_DatagramCalls_##name

CV_API int32_t NAMED(await)(void *env, void *type, int64_t poller, int32_t timeout_ms, int64_t events_at, int32_t max)
{
    (void) env, (void) type;
    return cv_poller_wait(poller, timeout_ms, events_at, max);
}

CV_API int32_t NAMED(send)(void *env, void *type, int64_t socket, int64_t target_at, int64_t data_at, int32_t length)
{
    (void) env, (void) type;
    return cv_socket_send(socket, target_at, data_at, length);
}

CV_API int32_t NAMED(sendMany)(
    void *env, void *type, int64_t socket, int64_t target_at, int64_t data_at, int64_t lengths_at, int32_t count)
{
    (void) env, (void) type;
    return cv_socket_send_many(socket, target_at, data_at, lengths_at, count);
}

CV_API int32_t NAMED(receive)(
    void *env, void *type, int64_t socket, int64_t data_at, int32_t room_each, int32_t messages, int64_t records_at)
{
    (void) env, (void) type;
    return cv_socket_receive(socket, data_at, room_each, messages, records_at);
}
