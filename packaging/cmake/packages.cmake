# What goes into the two Debian packages, one component each. packaging/build-deb makes them.
find_program(SCDOC scdoc)
find_program(GZIP gzip)

# Compressed as Debian wants it, with neither a name nor a time inside.
function(godwit_compress output source)
    add_custom_command(OUTPUT ${output} COMMAND ${GZIP} -9nc ${source} > ${output} DEPENDS ${source} VERBATIM)
endfunction()

# docs/man/NAME.SECTION.scd -> NAME.SECTION.gz
function(godwit_manual name component)
    string(REGEX MATCH "[0-9]$" section ${name})
    set(page ${CMAKE_BINARY_DIR}/packages/${name})
    add_custom_command(OUTPUT ${page} COMMAND ${SCDOC} < ${CMAKE_SOURCE_DIR}/docs/man/${name}.scd > ${page}
        DEPENDS ${CMAKE_SOURCE_DIR}/docs/man/${name}.scd VERBATIM)
    godwit_compress(${page}.gz ${page})
    set_property(GLOBAL APPEND PROPERTY GODWIT_PACKAGE_FILES ${page}.gz)
    install(FILES ${page}.gz DESTINATION share/man/man${section} COMPONENT ${component})
endfunction()

# What both packages have: unit, user, directories, completion, copyright, changelog, maintainer scripts.
function(godwit_package component)
    cmake_parse_arguments(PACKAGE "" "" "PURGED" ${ARGN})
    set(packaging ${CMAKE_SOURCE_DIR}/packaging)
    install(FILES ${packaging}/systemd/${component}.service DESTINATION lib/systemd/system COMPONENT ${component})
    install(FILES ${packaging}/systemd/${component}.sysusers DESTINATION lib/sysusers.d
        RENAME ${component}.conf COMPONENT ${component})
    install(FILES ${packaging}/systemd/${component}.tmpfiles DESTINATION lib/tmpfiles.d
        RENAME ${component}.conf COMPONENT ${component})
    install(FILES ${packaging}/completion/${component} DESTINATION share/bash-completion/completions
        COMPONENT ${component})
    install(FILES ${packaging}/debian/copyright DESTINATION share/doc/${component} COMPONENT ${component})
    install(FILES ${CMAKE_BINARY_DIR}/packages/changelog.gz DESTINATION share/doc/${component}
        COMPONENT ${component})
    set(scripts "")
    set(PACKAGE ${component})
    list(JOIN PACKAGE_PURGED " " PURGED)
    foreach(script postinst prerm postrm)
        configure_file(${packaging}/debian/${script}.in ${CMAKE_BINARY_DIR}/packages/${component}/${script}
            @ONLY FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
        list(APPEND scripts ${CMAKE_BINARY_DIR}/packages/${component}/${script})
    endforeach()
    string(TOUPPER ${component} upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA "${scripts}" PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${component} PARENT_SCOPE)
endfunction()

if(SCDOC AND GZIP)
    set(CPACK_GENERATOR DEB)
    set(CPACK_PACKAGE_CONTACT "Godwit developers <godwit@example.org>")
    set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
    set(CPACK_STRIP_FILES ON)
    set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
        OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
    set(CPACK_COMPONENTS_ALL godwit godwit-ha)
    set(CPACK_COMPONENTS_GROUPING IGNORE)
    set(CPACK_DEB_COMPONENT_INSTALL ON)
    set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
    set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
    set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
    set(CPACK_DEBIAN_PACKAGE_SECTION net)
    set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS systemd)  # which makes the user and the directories, too
    set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each has its own, in its first line
    set(CPACK_COMPONENT_GODWIT-HA_DESCRIPTION "home agent of machines that keep their IPv6 address
Godwit is Mobile IPv6 (RFC 6275) in user space: a laptop keeps one IPv6
address and its open connections through every change of network.

This is the home agent, which runs on a machine with a fixed address.
After installing it, run godwit-ha init.")
    set(CPACK_COMPONENT_GODWIT_DESCRIPTION "one IPv6 address, wherever this machine is
Godwit is Mobile IPv6 (RFC 6275) in user space: a laptop keeps one IPv6
address and its open connections through every change of network.

This is the mobile node, for the laptop. It wants a home agent, which is in
the package godwit-ha. After installing it, run godwit join with the invite
that the home agent has printed.")
    godwit_compress(${CMAKE_BINARY_DIR}/packages/changelog.gz ${CMAKE_SOURCE_DIR}/packaging/debian/changelog)
    # Without the daemon's order, which one that has crashed leaves behind, the resolver puts back what was there. One that
    # runs may have read an order just before: to start it is to wait for it, and only the second start is sure to see that
    # there is none. Not by deb-systemd-invoke, which starts nothing that is static. Who removes the program that could lift
    # the lockdown wants it lifted; an upgrade does not come here.
    set(AFTER_STOP [=[

    godwit lockdown --lift > /dev/null || true
    deb-systemd-invoke stop godwit-resolver.path
    rm -f /run/godwit/resolver-order
    for start in first second; do systemctl start godwit-resolver.service || true; done
    deb-systemd-invoke stop godwit-lockdown.service godwit-online.target]=])
    # A profile that was renamed names keys that are not called like it. What a profile names elsewhere is somebody else's.
    set(PURGE_PROFILES [=[
    for file in /etc/godwit/*.toml; do
        name=${file%.toml}
        if [ "$name" != /etc/godwit/ha ] && [ -f "$file" ]; then
            sed -n "s,^[^#]*\(private\|preshared\)_key_file[[:space:]]*=[[:space:]]*[\"']\([^\"']*\)[\"'].*,\2,p" "$file" |
                while read -r key; do
                    key=${key#/etc/godwit/}
                    [ "$key" != "${key%/*}" ] || rm -f "/etc/godwit/$key" || true
                done
            rm -f "$file" "$name.key" "$name.psk" "$name"-[0-9]*.key "$name"-[0-9]*.psk
        fi
    done
    rm -rf /etc/godwit/.godwit-join-*
]=])
    godwit_package(godwit)
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/systemd/godwit-online.target
        ${CMAKE_SOURCE_DIR}/packaging/systemd/godwit-online.service
        DESTINATION lib/systemd/system COMPONENT godwit)
    set(AFTER_STOP "")
    set(PURGE_PROFILES "")
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/systemd/godwit-ha-workers.conf DESTINATION share/doc/godwit-ha/examples
        RENAME workers.conf COMPONENT godwit-ha)
    godwit_package(godwit-ha PURGED /etc/godwit/ha.toml /etc/godwit/ha.toml.old /etc/godwit/ha.key)
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/systemd/godwit-resolver.path
        ${CMAKE_SOURCE_DIR}/packaging/systemd/godwit-resolver.service
        ${CMAKE_SOURCE_DIR}/packaging/systemd/godwit-lockdown.service
        DESTINATION lib/systemd/system COMPONENT godwit)
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/systemd/nftables.service.d/godwit.conf
        DESTINATION lib/systemd/system/nftables.service.d COMPONENT godwit)
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/network-manager/godwit.conf
        DESTINATION lib/NetworkManager/conf.d COMPONENT godwit)
    install(FILES ${CMAKE_SOURCE_DIR}/packaging/polkit/50-godwit.rules DESTINATION share/polkit-1/rules.d COMPONENT godwit)
    godwit_manual(godwit.8 godwit)
    godwit_manual(godwit-mn.toml.5 godwit)
    godwit_manual(godwit-ha.8 godwit-ha)
    godwit_manual(godwit-ha.toml.5 godwit-ha)
    get_property(files GLOBAL PROPERTY GODWIT_PACKAGE_FILES)
    add_custom_target(package_files DEPENDS ${files} ${CMAKE_BINARY_DIR}/packages/changelog.gz)
    include(CPack)
endif()
