/* Gives each file of the folders that it is called with to the fuzz target: for compilers without libFuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES 65536

static int run_file(const char *path)
{
    static uint8_t bytes[MOST_BYTES];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 0;
    }
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *exact = malloc(length + 1);
    memcpy(exact, bytes, length);
    LLVMFuzzerTestOneInput(exact, length);
    /* And as if the end had been lost. */
    for (size_t shorter = 0; shorter < length; shorter++) {
        LLVMFuzzerTestOneInput(exact, shorter);
    }
    free(exact);
    return 1;
}

static int run_folder(const char *folder)
{
    DIR *files = opendir(folder);
    int count = 0;
    if (files == NULL) {
        perror(folder);
        return 0;
    }
    const struct dirent *file;
    while ((file = readdir(files)) != NULL) {
        char path[4096];
        if (file->d_name[0] != '.' && snprintf(path, sizeof path, "%s/%s", folder, file->d_name) < (int) sizeof path) {
            count += run_file(path);
        }
    }
    closedir(files);
    return count;
}

int main(int count, char **arguments)
{
    int inputs = 0;
    for (int i = 1; i < count; i++) {
        inputs += run_folder(arguments[i]);
    }
    printf("%d inputs, each in all its lengths\n", inputs);
    return inputs > 0 ? 0 : 1;
}
