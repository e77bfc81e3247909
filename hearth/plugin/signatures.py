"""The marks by which Pulumi's protocol tells what is no plain value (pulumi, sdk/go/common/resource/plugin/rpc.go).

The SDK has them under private names. They stand here because a process that reads them off an event need not load the
SDK, which takes half a second; a test holds them to the SDK's.
"""

from typing import Final

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The text in place of what is not known yet, where nothing tells its type."""
UNKNOWNS: Final = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""One for each type that a value might have had: the engine passes on whichever another provider answered."""
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key of an object that stands for something else; its value says for what."""
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, not a secret
ASSETS: Final = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})
"""Of an asset and of an archive."""
