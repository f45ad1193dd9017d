/* ThreadSanitizer does not see libzmq's locks, since Debian's libzmq is not instrumented. Where a
 * thread hands memory to another through a socket, it says so here; without that sanitizer these
 * are nothing. */
#ifndef RUNTIME_TSAN_H
#define RUNTIME_TSAN_H

#if defined(__SANITIZE_THREAD__)
#define RUNTIME_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RUNTIME_TSAN 1
#endif
#endif

#ifdef RUNTIME_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define HANDED_OVER(memory) __tsan_release(memory)
#define TAKEN_OVER(memory) __tsan_acquire(memory)
#else
#define HANDED_OVER(memory) ((void)(memory))
#define TAKEN_OVER(memory) ((void)(memory))
#endif

#endif
