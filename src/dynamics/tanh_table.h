/* Made by tanh_table.py: do not edit.
 * The largest error of a T is 4.9e-04 ulp. */
/* clang-format off */
static const double tanh_node[32] __attribute__((aligned(64))) = {
    0x0.0p+0, 0x1.200000000018ap-3, 0x1.6000000000014p-3, 0x1.9fffffffffef5p-3,
    0x1.e000000000170p-3, 0x1.200000000005dp-2, 0x1.5ffffffffff6bp-2, 0x1.9ffffffffffd5p-2,
    0x1.dffffffffffe5p-2, 0x1.1fffffffffc03p-1, 0x1.5fffffffffce5p-1, 0x1.9fffffffffda7p-1,
    0x1.dfffffffffeddp-1, 0x1.2000000000140p+0, 0x1.5ffffffffff92p+0, 0x1.a0000000000e1p+0,
    0x1.dfffffffffe94p+0, 0x1.200000000015ep+1, 0x1.6000000000100p+1, 0x1.9fffffffffecep+1,
    0x1.dfffffffffffdp+1, 0x1.1ffffffffff8ap+2, 0x1.5fffffffffcc1p+2, 0x1.a000000000567p+2,
    0x1.dffffffffa6b1p+2, 0x1.200000003aa37p+3, 0x1.5fffffff25c0bp+3, 0x1.a00001e37d424p+3,
    0x1.dfff51877961bp+3, 0x1.205966f2b4f12p+4, 0x1.205966f2b4f12p+4, 0x1.205966f2b4f12p+4};
static const double tanh_value[32] __attribute__((aligned(64))) = {
    0x0.0p+0, 0x1.1e1dd055cdaf4p-3, 0x1.5c93072279c84p-3, 0x1.9a5f1be766407p-3,
    0x1.d7665cf9bb985p-3, 0x1.18a399e6b489cp-2, 0x1.52c2c561d8584p-2, 0x1.8a87e14b33c14p-2,
    0x1.bfae6ab9724c8p-2, 0x1.05086f2f6d1c3p-1, 0x1.3157dfe9f6f5bp-1, 0x1.5788ff10d284ep-1,
    0x1.77d838e3404f6p-1, 0x1.9e5cb5ba44e46p-1, 0x1.c278a52a4e446p-1, 0x1.d9c6fafe61cb9p-1,
    0x1.e8789ecec0d99p-1, 0x1.f4bfd6c2dfd5bp-1, 0x1.fbd509ae7ae4fp-1, 0x1.fe76795d35399p-1,
    0x1.ff6f17a754772p-1, 0x1.ffdfa72153983p-1, 0x1.fffb9f2fc1e91p-1, 0x1.ffff684fec9b9p-1,
    0x1.ffffeb78a3c73p-1, 0x1.fffffefa59d78p-1, 0x1.fffffffb352ddp-1, 0x1.ffffffffe987bp-1,
    0x1.ffffffffff96ap-1, 0x1.ffffffffffffcp-1, 0x1.ffffffffffffcp-1, 0x1.ffffffffffffcp-1};
static const double tanh_slope[32] __attribute__((aligned(64))) = {
    0x1.0000000000000p+0, 0x1.f601caf83b5b8p-1, 0x1.f12aff814898ep-1, 0x1.eb7159ba489d9p-1,
    0x1.e4dfb16796b78p-1, 0x1.d98b36d93f986p-1, 0x1.c7f723533c077p-1, 0x1.b3ff2ecca4237p-1,
    0x1.9e23ae0ee4487p-1, 0x1.7aeae6811421cp-1, 0x1.49e6bf254655ap-1, 0x1.197fcd9875eeep-1,
    0x1.d834d2b62d76cp-2, 0x1.615002a66a4afp-2, 0x1.cea744f8053d6p-3, 0x1.265e33ad86115p-3,
    0x1.6fcfa6d9f1a78p-4, 0x1.64108aa4d5873p-5, 0x1.09a7a5dc882f5p-6, 0x1.88ef67211e15cp-8,
    0x1.21a7ae3bc0d83p-9, 0x1.02bec8b6349bbp-11, 0x1.1832dcd3cf74fp-14, 0x1.2f5ff9d84802bp-17,
    0x1.4875bcf74812bp-20, 0x1.05a6283d24f1cp-24, 0x1.32b48bfe908b8p-30, 0x1.6784fffff81c0p-36,
    0x1.a57fffffffd3fp-42, 0x1.0000000000009p-50, 0x1.0000000000009p-50, 0x1.0000000000009p-50};
