/* Five bodies that attract one another, n steps of one thousandth. Returns the energy at the end. */
#include <stdint.h>

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;

static Body bodies[5];

static void place(void) {
  for (int32_t i = 0; i < 5; i++) {
    double far = 1.0 + 2.5 * i;
    bodies[i] = (Body){far, 0.3 * i, 0.1 * i * i, 0.02 * i, i == 0 ? 0 : 2.0 / far, 0.01, i == 0 ? 30.0 : 0.02 * i};
  }
}

static void advance(double dt) {
  for (int32_t i = 0; i < 5; i++) {
    Body *p = &bodies[i];
    for (int32_t j = i + 1; j < 5; j++) {
      Body *q = &bodies[j];
      double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
      double square = dx * dx + dy * dy + dz * dz;
      double force = dt / (square * __builtin_sqrt(square));
      p->vx -= dx * q->mass * force;
      p->vy -= dy * q->mass * force;
      p->vz -= dz * q->mass * force;
      q->vx += dx * p->mass * force;
      q->vy += dy * p->mass * force;
      q->vz += dz * p->mass * force;
    }
  }
  for (int32_t i = 0; i < 5; i++) {
    Body *p = &bodies[i];
    p->x += dt * p->vx;
    p->y += dt * p->vy;
    p->z += dt * p->vz;
  }
}

static double energy(void) {
  double sum = 0;
  for (int32_t i = 0; i < 5; i++) {
    Body *p = &bodies[i];
    sum += 0.5 * p->mass * (p->vx * p->vx + p->vy * p->vy + p->vz * p->vz);
    for (int32_t j = i + 1; j < 5; j++) {
      Body *q = &bodies[j];
      double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
      sum -= p->mass * q->mass / __builtin_sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}

__attribute__((export_name("run"))) double run(int32_t n) {
  place();
  for (int32_t i = 0; i < n; i++) advance(0.001);
  return energy();
}
