#include "CGuest.h"

static const unsigned char worker[] = {
#embed "../../python/src/guardrun/_values.py" suffix(, '\n', '\n', )
#embed "worker.py" suffix(, '\n', )
#embed "audit.py" suffix(, '\n', )
#embed "checkpoints.py" suffix(, '\n', )
#embed "serve.py"
};

const unsigned char *gr_worker(size_t *length) {
    *length = sizeof worker;
    return worker;
}
