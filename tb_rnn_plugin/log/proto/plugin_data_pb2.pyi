from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RnnTimelinePluginData(_message.Message):
    __slots__ = ("version", "signal", "log", "checksums")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    CHECKSUMS_FIELD_NUMBER: _ClassVar[int]
    version: int
    signal: Signal
    log: Log
    checksums: Checksums
    def __init__(self, version: _Optional[int] = ..., signal: _Optional[_Union[Signal, _Mapping]] = ..., log: _Optional[_Union[Log, _Mapping]] = ..., checksums: _Optional[_Union[Checksums, _Mapping]] = ...) -> None: ...

class Signal(_message.Message):
    __slots__ = ("layer", "cell", "name", "units", "statistics")
    LAYER_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    layer: str
    cell: str
    name: str
    units: int
    statistics: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, layer: _Optional[str] = ..., cell: _Optional[str] = ..., name: _Optional[str] = ..., units: _Optional[int] = ..., statistics: _Optional[_Iterable[str]] = ...) -> None: ...

class Log(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class Checksums(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
