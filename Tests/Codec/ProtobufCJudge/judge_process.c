#define _GNU_SOURCE
#include "judge_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "differences.h"
#include "judge.h"

enum { TYPE_NAME_BYTES_MAX = 256, ANSWER_SECONDS_MAX = 30 };

struct question {
  uint32_t type_count;
  uint32_t count;
};

// Present when a sanitizer is linked in.
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static bool read_all(int socket, void *bytes, size_t count) {
  uint8_t *next = bytes;
  while (count > 0) {
    ssize_t done = read(socket, next, count);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return false;
    next += done;
    count -= (size_t)done;
  }
  return true;
}

static bool write_all(int socket, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  while (count > 0) {
    ssize_t done = send(socket, next, count, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return false;
    next += done;
    count -= (size_t)done;
  }
  return true;
}

// Answers one question; false when there is no further one.
static bool answer_one(int socket) {
  struct question question;
  char type[TYPE_NAME_BYTES_MAX + 1] = {0};
  if (!read_all(socket, &question, sizeof question))
    return false;
  if (question.type_count > TYPE_NAME_BYTES_MAX)
    return false;
  if (!read_all(socket, type, question.type_count))
    return false;
  // Of exactly this size, so that a sanitizer sees a read beyond it.
  uint8_t *bytes = malloc(question.count > 0 ? question.count : 1);
  if (!bytes || !read_all(socket, bytes, question.count))
    return false;

  alarm(ANSWER_SECONDS_MAX);
  struct judge_answer answer = {0};
  uint8_t *result = NULL;
  size_t result_count = 0;
  answer.differences = judge_differences(type, bytes, question.count);
  answer.verdict = answer.differences & DIFFERS_TOO_DEEP
                       ? JUDGE_UNREADABLE
                       : judge_repack(type, bytes, question.count, &result, &result_count);
  answer.count = (uint32_t)result_count;
  alarm(0);

  bool sent = result_count <= JUDGE_ANSWER_BYTES_MAX && write_all(socket, &answer, sizeof answer) &&
              write_all(socket, result, result_count);
  judge_free(result);
  free(bytes);
  return sent;
}

// What the parent does when it crashes is not for its child to do.
static void forget_handlers(void) {
  static const int signals[] = {SIGSEGV, SIGBUS,  SIGABRT, SIGILL,  SIGFPE,
                                SIGINT,  SIGTERM, SIGALRM, SIGUSR1, SIGUSR2};
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    signal(signals[i], SIG_DFL);
  if (__sanitizer_set_death_callback)
    __sanitizer_set_death_callback(NULL);
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) {
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
  }
}

// Files and pipes that the parent closes must not stay open here.
static void close_all_but(int socket) {
  if (socket > STDERR_FILENO + 1)
    close_range(STDERR_FILENO + 1, (unsigned)socket - 1, 0);
  close_range((unsigned)socket + 1, ~0u, 0);
}

int judge_process_start(struct judge_process *judge) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return errno;
  pid_t pid = fork();
  if (pid < 0) {
    int error = errno;
    close(sockets[0]);
    close(sockets[1]);
    return error;
  }
  if (pid == 0) {
    close_all_but(sockets[1]);
    forget_handlers();
    while (answer_one(sockets[1])) {
    }
    _exit(0);
  }
  close(sockets[1]);
  judge->pid = pid;
  judge->socket = sockets[0];
  return 0;
}

int judge_process_ask(struct judge_process *judge, const char *type, const uint8_t *bytes,
                      size_t count, struct judge_answer *answer, uint8_t **result) {
  *result = NULL;
  size_t type_count = strlen(type);
  if (count > JUDGE_QUESTION_BYTES_MAX || type_count > TYPE_NAME_BYTES_MAX)
    return EMSGSIZE;
  struct question question = {(uint32_t)type_count, (uint32_t)count};
  if (!write_all(judge->socket, &question, sizeof question) ||
      !write_all(judge->socket, type, type_count) || !write_all(judge->socket, bytes, count) ||
      !read_all(judge->socket, answer, sizeof *answer))
    return -1;
  if (answer->count > JUDGE_ANSWER_BYTES_MAX)
    return EMSGSIZE;
  if (answer->count == 0)
    return 0;
  uint8_t *received = malloc(answer->count);
  if (!received)
    return ENOMEM;
  if (!read_all(judge->socket, received, answer->count)) {
    free(received);
    return -1;
  }
  *result = received;
  return 0;
}

void judge_process_stop(struct judge_process *judge) {
  close(judge->socket);
  kill(judge->pid, SIGKILL);
  waitpid(judge->pid, NULL, 0);
}
