// A program that does nothing: what one exec of a static program costs at least.
int main() {
    return 0;
}
