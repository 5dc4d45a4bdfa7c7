"""Has Scapy and tshark open what shared/security has sealed, given the keys."""
import json
import os
import struct
import subprocess

import pytest
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, IPSecIntegrityError, SecurityAssociation

LINKTYPE_IPV6 = 229
IPV6_HEADER = 40
BY_SCAPY = {"aes-256-gcm": "AES-GCM", "chacha20-poly1305": "CHACHA20-POLY1305"}
# tshark 4.0 does not know RFC 7634 in ESP, and does not look into a packet without content.
BY_TSHARK = {"aes-256-gcm": "AES-GCM with 16 octet ICV [RFC4106]"}
FIELDS = ("esp.spi", "esp.icv_good", "esp.contained_data", "esp.pad", "esp.pad_len", "esp.protocol")


def load_samples():
    printed = subprocess.run([os.environ["ESP_SAMPLES"]], capture_output=True, text=True, check=True).stdout
    samples = [json.loads(line) for line in printed.splitlines()]
    for sample in samples:
        for octets in "key", "salt", "inner", "packet":
            sample[octets] = bytes.fromhex(sample[octets])
    return samples


SAMPLES = load_samples()
NAMES = [f"{sample['suite']} {sample['name']}" for sample in SAMPLES]
TO_TSHARK = [sample for sample in SAMPLES if sample["suite"] in BY_TSHARK and sample["inner"]]


def padding_of(sample):
    """RFC 4303 section 2.4: 1, 2, 3 up to a multiple of 4 octets with pad length and next header."""
    return bytes(range(1, (-len(sample["inner"]) - 2) % 4 + 1))


def open_by_scapy(sample):
    association = SecurityAssociation(ESP, spi=sample["spi"], crypt_algo=BY_SCAPY[sample["suite"]],
                                      crypt_key=sample["key"] + sample["salt"])
    return association.crypt_algo.decrypt(association, IPv6(sample["packet"])[ESP], association.crypt_key,
                                          association.crypt_icv_size)


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_scapy_opens_what_was_sealed(sample):
    opened = open_by_scapy(sample)
    assert bytes(opened.data) == sample["inner"]
    assert opened.nh == sample["next_header"]
    assert opened.padlen == len(padding_of(sample))


@pytest.mark.parametrize("changed_octet", [0, 4, -1])  # SPI, sequence number, tag
@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_scapy_refuses_what_was_changed(sample, changed_octet):
    changed = bytearray(sample["packet"])
    changed[changed_octet if changed_octet < 0 else IPV6_HEADER + changed_octet] ^= 1
    with pytest.raises(IPSecIntegrityError):
        open_by_scapy(sample | {"packet": bytes(changed)})


def write_capture(path, samples):
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_IPV6))
        for sample in samples:
            packet = sample["packet"]
            capture.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


def keys_for_tshark(samples):
    associations = {(sample["spi"], BY_TSHARK[sample["suite"]], (sample["key"] + sample["salt"]).hex())
                    for sample in samples}
    return [f'uat:esp_sa:"IPv6","*","*","0x{spi:08x}","{algorithm}","0x{key}","NULL",""'
            for spi, algorithm, key in sorted(associations)]


def test_tshark_opens_what_was_sealed(tmp_path):
    if not TO_TSHARK:
        pytest.skip("this processor has no AES instructions")
    write_capture(tmp_path / "esp.pcap", TO_TSHARK)
    command = ["tshark", "-r", str(tmp_path / "esp.pcap"), "-T", "fields", "-E", "separator=|"]
    for setting in ["esp.enable_encryption_decode:TRUE", "esp.enable_authentication_check:TRUE",
                    *keys_for_tshark(TO_TSHARK)]:
        command += ["-o", setting]
    for field in FIELDS:
        command += ["-e", field]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    expected = ["|".join([f"0x{sample['spi']:08x}", "1", sample["inner"].hex(), padding_of(sample).hex(),
                          f"{len(padding_of(sample))}", f"0x{sample['next_header']:02x}"])
                for sample in TO_TSHARK]
    assert rows == expected
