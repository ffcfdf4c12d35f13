/* The functions for UDP under the names by which the JVM binds the native methods of dev.culvert.udp.CoreCalls. */
#include "culvert.h"

#include <jni.h>

/* What the JVM passes before the arguments; most functions need neither. */
#define JVM JNIEnv *env __attribute__((unused)), jclass type __attribute__((unused))
#define NAMED(name) JNICALL Java_dev_culvert_udp_CoreCalls_##name

JNIEXPORT jlong NAMED(addressOf)(JVM, jobject direct)
{
    return (jlong) (intptr_t) (*env)->GetDirectBufferAddress(env, direct);
}

JNIEXPORT jint NAMED(abi)(JVM)
{
    return cv_abi();
}

JNIEXPORT jint NAMED(close)(JVM, jlong handle)
{
    return cv_close(handle);
}

JNIEXPORT jlong NAMED(openPoller)(JVM)
{
    return cv_poller_open();
}

JNIEXPORT jint NAMED(await)(JVM, jlong poller, jint timeout_ms, jlong events_at, jint max)
{
    return cv_poller_wait(poller, timeout_ms, events_at, max);
}

JNIEXPORT jint NAMED(wake)(JVM, jlong poller)
{
    return cv_poller_wake(poller);
}

JNIEXPORT jlong NAMED(openSocket)(JVM, jlong poller, jlong local_at, jint buffer_bytes, jint offload)
{
    return cv_socket_open(poller, local_at, buffer_bytes, offload);
}

JNIEXPORT jint NAMED(send)(JVM, jlong socket, jlong target_at, jlong data_at, jint length)
{
    return cv_socket_send(socket, target_at, data_at, length);
}

JNIEXPORT jint NAMED(sendMany)(JVM, jlong socket, jlong target_at, jlong data_at, jlong lengths_at, jint count)
{
    return cv_socket_send_many(socket, target_at, data_at, lengths_at, count);
}

JNIEXPORT jint NAMED(receive)(JVM, jlong socket, jlong data_at, jint room_each, jint messages, jlong records_at)
{
    return cv_socket_receive(socket, data_at, room_each, messages, records_at);
}

JNIEXPORT jint NAMED(errors)(JVM, jlong socket, jlong icmps_at, jint max)
{
    return cv_socket_errors(socket, icmps_at, max);
}

JNIEXPORT jint NAMED(trafficClass)(JVM, jlong socket, jint value)
{
    return cv_socket_traffic_class(socket, value);
}

JNIEXPORT jint NAMED(pathMtu)(JVM, jlong local_at, jlong remote_at)
{
    return cv_path_mtu(local_at, remote_at);
}
